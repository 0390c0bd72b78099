using System.Diagnostics;
using System.Globalization;

namespace Mesh.Bench.Measuring;

/// <summary>What is measured as one.</summary>
/// <param name="Name">For people.</param>
/// <param name="Id">The process.</param>
/// <param name="WithChildren">
/// Whether its children count: PostgreSQL is a process that starts one for each connection.
/// </param>
internal sealed record MeshProcess(string Name, int Id, bool WithChildren);

/// <summary>CPU time that processes had used at one moment.</summary>
/// <param name="At">The moment, of the monotonic clock.</param>
/// <param name="Seconds">By process, in the order asked.</param>
internal sealed record CpuSample(long At, IReadOnlyList<double> Seconds)
{
    private const int Attempts = 10;

    internal double Total => Seconds.Sum();

    /// <summary>
    /// Reads all of them at once. A child that has ended is still there: as a zombie until its parent waits for it, in
    /// the parent's own figures from then on. When a parent has just done so while we read, we read again.
    /// </summary>
    /// <exception cref="BenchException">One of the processes is gone.</exception>
    internal static CpuSample Take(IReadOnlyList<MeshProcess> processes)
    {
        for (int attempt = 1; ; attempt++)
        {
            Dictionary<int, ProcessStat> all = ReadAll();
            ILookup<int, ProcessStat> children = all.Values.ToLookup(stat => stat.Parent);
            double[] seconds = [.. processes.Select(process => Seconds(process, all, children))];
            bool same = processes.All(process =>
                ProcessStat.Read(Text(process.Id))?.ReapedTicks == all[process.Id].ReapedTicks);
            if (same || attempt == Attempts)
            {
                return new CpuSample(Stopwatch.GetTimestamp(), seconds);
            }

            static double Seconds(
                MeshProcess process, Dictionary<int, ProcessStat> all, ILookup<int, ProcessStat> children) =>
                all.TryGetValue(process.Id, out ProcessStat stat)
                    ? (process.WithChildren ? TreeTicks(stat, children) : stat.OwnTicks) / ProcessStat.TicksPerSecond
                    : throw new BenchException($"{process.Name} (process {process.Id}) is gone.");
        }
    }

    /// <summary>CPU seconds of our own children that have ended, all in all.</summary>
    internal static double ReapedByUs() =>
        ProcessStat.Read(Text(Environment.ProcessId))!.Value.ReapedTicks / ProcessStat.TicksPerSecond;

    /// <summary>What each process has used since an earlier sample.</summary>
    internal IReadOnlyList<double> Since(CpuSample earlier) =>
        [.. Seconds.Zip(earlier.Seconds, (now, then) => now - then)];

    /// <summary>Cores in use, on average, since an earlier sample.</summary>
    internal double CoresSince(CpuSample earlier) => (Total - earlier.Total) / SecondsSince(earlier);

    internal double SecondsSince(CpuSample earlier) => Stopwatch.GetElapsedTime(earlier.At, At).TotalSeconds;

    private static long TreeTicks(ProcessStat stat, ILookup<int, ProcessStat> children) =>
        stat.Ticks + children[stat.Id].Sum(child => TreeTicks(child, children));

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<int, ProcessStat> ReadAll()
    {
        Dictionary<int, ProcessStat> all = [];
        foreach (string path in Directory.EnumerateDirectories("/proc"))
        {
            string name = Path.GetFileName(path);
            if (char.IsAsciiDigit(name[0]) && ProcessStat.Read(name) is { } stat)
            {
                all[stat.Id] = stat;
            }
        }

        return all;
    }
}
