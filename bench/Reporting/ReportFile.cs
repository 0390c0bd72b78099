using System.Text.Json;

namespace Mesh.Bench.Reporting;

/// <summary>A report as a file.</summary>
internal static class ReportFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes all of a report as JSON; no path: nothing.</summary>
    internal static async Task WriteAsync<TReport>(string? path, TReport report, CancellationToken cancellation)
    {
        if (path is not null)
        {
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(report, Json) + "\n", cancellation);
        }
    }
}
