using System.Diagnostics;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using Mesh.Bench.Scenarios.Torture;

namespace Mesh.Bench.Scenarios.Outage;

/// <summary>What is asked of the scenario.</summary>
/// <param name="Rate">Check-ins a second.</param>
/// <param name="Seconds">The broker is stopped for so long.</param>
/// <param name="KillDoor">Whether the door that holds what was accepted dies meanwhile; there are two then.</param>
/// <param name="Keep">Whether data and logs stay.</param>
internal sealed record OutageRequest(int Rate, int Seconds, bool KillDoor, bool Keep);

/// <summary>
/// Replays check-ins by the clock, stops the broker in the middle of it, and measures how what the door accepted
/// meanwhile gets into the topic afterwards.
/// </summary>
internal sealed class OutageRun(RunningMesh mesh, MeshCli cli, OutageRequest request)
{
    private const string Game = "outage";
    private const string Broker = "kafka";

    // The made-up check-ins are so far apart on average.
    private const double SecondsPerRow = 9.5;
    private const string SpilledSql =
        "select coalesce(sum(head & ((1::bigint << 48) - 1)), 0)::bigint from partitions";

    private const string HoldersSql =
        "select distinct address from pages join partitions using (partition) join instances on instance = owner";

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Databases _databases = new(mesh.Now().Postgres);

    /// <exception cref="BenchException">Something failed or was lost: no figures.</exception>
    internal static async Task<OutageFigures> RunAsync(
        Layout layout, OutageRequest request, CancellationToken cancellation)
    {
        Progress.Say("starting the mesh");
        MeshOptions options = new(request.Keep)
        {
            Arguments = request.KillDoor ? ["--replicas", "ingestion=2"] : [],
        };
        await using RunningMesh mesh = await RunningMesh.StartAsync(layout, options, cancellation);
        return await new OutageRun(mesh, new MeshCli(layout, mesh), request).MeasureAsync(cancellation);
    }

    /// <summary>
    /// (1) A replay by the clock. (2) The broker hangs. (3) It goes on: what was kept is sent. (4) The books.
    /// </summary>
    private async Task<OutageFigures> MeasureAsync(CancellationToken cancellation)
    {
        // 1.
        TimeSpan outage = TimeSpan.FromSeconds(request.Seconds);
        string file = Path.Combine(mesh.StateDirectory, "synthetic.tsv");
        SyntheticFile.Write(file, (long)((Before + outage + After).TotalSeconds * request.Rate));
        await using SpilledRecords records = new(mesh.Broker);
        Task<Replay> replay = cli.ReplayAsync(
            file, Game, copies: 1, limit: null, cancellation, speed: (int)(request.Rate * SecondsPerRow));
        Progress.Say($"sending {request.Rate:N0} check-ins a second");
        await OrFailureAsync(Task.Delay(Before, cancellation), replay, records);

        // 2.
        Victim broker = Find(part => part.Name == Broker);
        broker.SendStop();
        Progress.Say("the broker hangs");
        long resumed;
        long kept;
        try
        {
            await OrFailureAsync(HangAsync(outage, cancellation), replay, records);
            kept = await SpilledAsync(cancellation);
        }
        finally
        {
            broker.SendContinue();
            resumed = Stopwatch.GetTimestamp();
        }

        // 3.
        Progress.Say($"the broker goes on, {kept:N0} check-ins wait for it");
        await OrFailureAsync(SentOnAsync(records, cancellation), replay, records);
        IReadOnlyList<long> times = records.TimesAfter(resumed);
        Progress.Say("all are sent on; waiting for the end of the replay");

        // 4.
        Replay done = await replay;
        await BalancedAsync(done.Accepted, cancellation);
        double seconds = Stopwatch.GetElapsedTime(resumed, times[^1]).TotalSeconds;
        return new OutageFigures(
            done.Accepted,
            done.SecondsToAccept,
            kept,
            records.Count,
            Math.Round(Stopwatch.GetElapsedTime(resumed, times[0]).TotalMilliseconds),
            Math.Round(seconds, 2),
            Math.Round(times.Count / seconds));
    }

    private async Task HangAsync(TimeSpan outage, CancellationToken cancellation)
    {
        await Task.Delay(outage / 2, cancellation);
        if (request.KillDoor)
        {
            List<string> holders = await _databases.RowsAsync(
                "ingestion", HoldersSql, row => row.GetString(0), cancellation);
            Victim door = holders is [string holder, ..]
                ? Find(part => part.Url == holder)
                : throw new BenchException("No door has kept anything: there is none to kill.");
            door.SendKill();
            Progress.Say($"{door.Name} is killed");
        }

        await Task.Delay(outage / 2, cancellation);
    }

    /// <summary>Returns when all that a door ever kept was read in the topic.</summary>
    private Task SentOnAsync(SpilledRecords records, CancellationToken cancellation) => UntilAsync(
        async () =>
        {
            int sent = records.Count;
            long kept = await SpilledAsync(cancellation);
            return sent >= kept ? null : $"{sent:N0} check-ins of {kept:N0} that were kept are sent on";
        },
        cancellation);

    /// <summary>What was kept may still be on its way through the mesh when the replay has ended.</summary>
    private Task BalancedAsync(long accepted, CancellationToken cancellation) => UntilAsync(
        async () =>
        {
            Verification books = await cli.VerifyAsync(Game, cancellation);
            return books.DifferencesCount == 0 && books.ActionsInQuests == accepted
                ? null
                : $"{accepted:N0} check-ins were accepted, {books.ActionsInQuests:N0} arrived, and the books differ "
                    + $"{books.DifferencesCount:N0} times: {string.Join('\n', books.Differences)}";
        },
        cancellation);

    /// <summary>Looks again until nothing is missing.</summary>
    /// <exception cref="BenchException">Something is after two minutes.</exception>
    private static async Task UntilAsync(Func<Task<string?>> missing, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        while (await missing() is { } what)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new BenchException($"After {Patience.TotalSeconds:0} s {what}");
            }

            await Task.Delay(Look, cancellation);
        }
    }

    private async Task<long> SpilledAsync(CancellationToken cancellation) => (await _databases.RowsAsync(
        "ingestion", SpilledSql, row => row.GetInt64(0), cancellation))[0];

    private Victim Find(Func<RunFile.Part, bool> wanted)
    {
        RunFile.Part part = mesh.Now().Processes.First(wanted);
        return Victim.Find(part.Name, part.Url, part.Pid) ?? throw new BenchException($"{part.Name} does not run.");
    }

    // A replay that ends early has failed, or the file is too short for the outage.
    private static async Task OrFailureAsync(Task work, Task<Replay> replay, SpilledRecords records)
    {
        Task first = await Task.WhenAny(work, replay, records.Failed);
        await first;
        if (first == replay)
        {
            throw new BenchException("The replay ended before the broker was back: its file is too short.");
        }
    }
}
