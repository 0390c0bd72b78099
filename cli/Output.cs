using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mesh.Cli;

/// <summary>How values are printed.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static string ToJson<T>(T value) => JsonSerializer.Serialize(value, Json);

    /// <summary>
    /// Prints a table. In a file it is as wide as its contents; so is one of which no column may be wrapped, and a
    /// terminal that is too narrow for it breaks whole lines, but cuts no number in its cell.
    /// </summary>
    internal static void Write(Table table) => Write(table, AnsiConsole.Console, Console.IsOutputRedirected);

    internal static void Write(Table table, IAnsiConsole console, bool redirected)
    {
        if (redirected || table.Columns.All(column => column.NoWrap))
        {
            Measurement width = ((IRenderable)table).Measure(
                RenderOptions.Create(console, console.Profile.Capabilities), int.MaxValue);
            console.Profile.Width = Math.Max(console.Profile.Width, width.Max);
        }

        console.Write(table);
    }

    /// <summary>ISO 8601, UTC, with as many decimals as there are: <c>2010-10-23T01:09:33Z</c>.</summary>
    internal static string Iso(Timestamp? time) => time is null
        ? ""
        : time.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>The same of microseconds since the epoch.</summary>
    internal static string IsoOfMicros(long micros) =>
        DateTime.UnixEpoch.AddMicroseconds(micros)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
