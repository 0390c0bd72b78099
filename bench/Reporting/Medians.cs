namespace Mesh.Bench.Reporting;

/// <summary>Several replays as one: each figure's median, of two in the middle their mean.</summary>
internal static class Medians
{
    internal static BulkFigures Of(IReadOnlyList<BulkFigures> runs) => runs.Count == 1 ? runs[0] : runs[0] with
    {
        Game = $"median of {runs.Count}",
        SecondsToAccept = Median(runs, run => run.SecondsToAccept),
        SecondsUntilVisible = Median(runs, run => run.SecondsUntilVisible),
        AcceptedPerSecond = Median(runs, run => run.AcceptedPerSecond),
        VisiblePerSecond = Median(runs, run => run.VisiblePerSecond),
        MeshCpuSeconds = Median(runs, run => run.MeshCpuSeconds),
        ClientCpuSeconds = Median(runs, run => run.ClientCpuSeconds),
        LaterCpuSeconds = Median(runs, run => run.LaterCpuSeconds),
        IdleCores = Median(runs, run => run.IdleCores),
        MicrosPerCheckIn = Median(runs, run => run.MicrosPerCheckIn),
        MicrosPerCheckInWithClient = Median(runs, run => run.MicrosPerCheckInWithClient),
        Processes =
        [
            .. runs[0].Processes.Select((process, i) => process with
            {
                CpuSeconds = Median(runs, run => run.Processes[i].CpuSeconds),
                CpuSecondsPerThousand = Median(runs, run => run.Processes[i].CpuSecondsPerThousand),
                MemoryBytes = runs.All(run => run.Processes[i].MemoryBytes is not null)
                    ? (long)Median(runs, run => run.Processes[i].MemoryBytes!.Value)
                    : null,
            }),
        ],
    };

    private static double Median(IReadOnlyList<BulkFigures> runs, Func<BulkFigures, double> figure)
    {
        double[] sorted = [.. runs.Select(figure).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
