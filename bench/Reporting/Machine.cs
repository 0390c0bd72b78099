using System.Globalization;
using System.Runtime.InteropServices;

namespace Mesh.Bench.Reporting;

/// <summary>What figures were taken on.</summary>
/// <param name="Cpu">The processor's name.</param>
/// <param name="Cores">Logical processors that we may use.</param>
/// <param name="MemoryBytes">All of the machine's memory.</param>
/// <param name="Kernel">The operating system's release.</param>
/// <param name="Dotnet">The runtime's version.</param>
internal sealed record Machine(string Cpu, int Cores, long MemoryBytes, string Kernel, string Dotnet)
{
    internal static Machine Here() => new(
        Field("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        Kilobytes(Field("/proc/meminfo", "MemTotal")) * 1024,
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        Environment.Version.ToString());

    /// <summary>Processes that ran or wanted to, on average over the last minute.</summary>
    internal static double Load() => double.Parse(
        File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    private static string? Field(string path, string key) =>
        File.ReadLines(path)
            .FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?
            .Split(':', 2)[1].Trim();

    private static long Kilobytes(string? text) =>
        text is null ? 0 : long.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture);
}
