using Mesh.Bench.Measuring;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>Resident memory of some processes: at the beginning, and the most since.</summary>
internal sealed class MemoryPeaks
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly MeshProcess[] _processes;
    private readonly long[] _before;
    private readonly long[] _most;

    internal MemoryPeaks(IEnumerable<MeshProcess> processes)
    {
        // To look for children is to read all of /proc, which those beside would notice: services have none.
        _processes = [.. processes.Select(process => process with { WithChildren = false })];
        _before = [.. _processes.Select(process => ResidentMemory.Of(process) ?? 0)];
        _most = [.. _before];
    }

    /// <summary>By name: bytes before and the most.</summary>
    internal IReadOnlyList<(string Name, long Before, long Most)> Figures =>
        [.. _processes.Select((process, i) => (process.Name, _before[i], _most[i]))];

    /// <summary>Samples until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        using PeriodicTimer timer = new(Interval);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            for (int i = 0; i < _processes.Length; i++)
            {
                _most[i] = Math.Max(_most[i], ResidentMemory.Of(_processes[i]) ?? 0);
            }
        }
    }
}
