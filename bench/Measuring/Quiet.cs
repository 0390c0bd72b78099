namespace Mesh.Bench.Measuring;

/// <summary>Waits until a mesh has nothing left to do, which only its use of the CPU can tell.</summary>
internal static class Quiet
{
    /// <summary>Beats, timers and PostgreSQL's own housekeeping stay below this many cores.</summary>
    private const double QuietCores = 0.15;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The last sample, and the cores in use over the second before it.</summary>
    /// <exception cref="BenchException">It is still busy after a minute.</exception>
    internal static async Task<(CpuSample Sample, double IdleCores)> WaitAsync(
        IReadOnlyList<MeshProcess> processes, CancellationToken cancellation)
    {
        CpuSample first = CpuSample.Take(processes);
        CpuSample before = first;
        using PeriodicTimer timer = new(Interval);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            CpuSample now = CpuSample.Take(processes);
            double cores = now.CoresSince(before);
            if (cores < QuietCores)
            {
                return (now, cores);
            }

            if (now.SecondsSince(first) > Limit.TotalSeconds)
            {
                throw new BenchException($"The mesh is not quiet after {Limit}: it still uses {cores:0.00} cores.");
            }

            before = now;
        }

        throw new OperationCanceledException(cancellation);
    }
}
