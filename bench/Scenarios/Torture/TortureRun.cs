using System.Diagnostics;
using Mesh.Bench.Running;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>Starts a mesh, keeps it busy, carries a plan of faults out, and proves that nothing came of it.</summary>
internal sealed class TortureRun(Layout layout, TortureRequest request)
{
    // Between two rows of a synthetic file lie ten seconds, on average.
    private const int SecondsOfRow = 10;
    private const int SecondsOfFault = 5;
    private const int LeastRows = 2_000;
    private const int VerifyAttempts = 5;
    private static readonly TimeSpan VerifyPause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PerFault = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Spare = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan ReplaysLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ProofLimit = TimeSpan.FromHours(1);

    /// <returns>Whether everything held.</returns>
    /// <exception cref="BenchException">The mesh did not start or ended, or the driver could not go on.</exception>
    internal async Task<bool> RunAsync(CancellationToken cancellation)
    {
        Say($"seed {request.Seed}, {request.Faults} faults; starting the mesh");
        string orders = Directory.CreateTempSubdirectory("mesh-orders-").FullName;
        RunningMesh mesh = await RunningMesh.StartAsync(layout, OptionsOf(orders), cancellation);
        Victims victims = new(mesh);
        bool held = false;
        try
        {
            held = await TortureAsync(mesh, victims, orders, cancellation);
            return held;
        }
        catch (OperationCanceledException early) when (!cancellation.IsCancellationRequested)
        {
            throw new BenchException($"Something gave up that nobody had asked to: {early}");
        }
        finally
        {
            mesh.Keep |= !held;
            victims.Remember();
            await mesh.DisposeAsync();
            foreach (Victim left in victims.Left)
            {
                Say($"{left.Name} (process {left.Pid}) was left and is killed");
                left.SendKill();
            }

            Directory.Delete(orders, recursive: true);
        }
    }

    private MeshOptions OptionsOf(string orders) => new(request.Keep)
    {
        Arguments = [.. Victims.DecidingServices.SelectMany(name => new[] { "--replicas", $"{name}=2" })],
        Environment = new Dictionary<string, string?>
        {
            ["DOTNET_STARTUP_HOOKS"] = layout.Assembly("tests/Mesh.FaultHook", "Mesh.FaultHook"),
            ["MESH_FAULT_DIR"] = orders,

            // What the caller's own shell names must not decide what is tormented.
            ["KAFKA_HOME"] = null,
            ["ConnectionStrings__postgres"] = null,
            ["ConnectionStrings__kafka"] = null,
        },
    };

    private async Task<bool> TortureAsync(
        RunningMesh mesh, Victims victims, string orders, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        Violations violations = new(Path.Combine(mesh.StateDirectory, "logs"));
        MeshCli cli = new(layout, mesh);
        Databases databases = new(mesh.Now().Postgres);
        using Peers peers = new();
        using Health health = new(mesh, violations);
        Recoveries recoveries = new(peers, victims, violations);
        ZombieWatch zombies = new(peers, databases, violations);
        OwnershipHistory history = new(databases);
        StallCheck stalls = new(history, victims, health, violations);
        Torturer torturer = new(new Tools(victims, databases, health, recoveries, zombies, stalls, orders));
        Load load = new(cli, WriteFile(mesh), request.Rate * SecondsOfRow, violations);
        Invariants invariants = new(databases, new TopicContents(mesh.Broker), violations);

        await history.BeginAsync(cancellation);
        await CarryOutAsync(mesh, torturer, load, violations, cancellation);
        await ProveAsync(cli, health, invariants, violations, cancellation);
        TortureReport report = new(
            request, Stopwatch.GetElapsedTime(began), await history.SinceAsync([], cancellation));
        report.Write(torturer, recoveries, zombies, stalls, load, invariants, violations);
        return violations.Count == 0;
    }

    // Replays take a few seconds; in a long run longer, so that the games stay few enough to be proved.
    private string WriteFile(RunningMesh mesh)
    {
        string file = Path.Combine(mesh.StateDirectory, "synthetic.tsv");
        long seconds = (long)request.Faults * SecondsOfFault;
        SyntheticFile.Write(file, Math.Max(LeastRows, seconds * request.Rate * 2 / request.Games));
        return file;
    }

    private async Task CarryOutAsync(
        RunningMesh mesh, Torturer torturer, Load load, Violations violations, CancellationToken cancellation)
    {
        TimeSpan length = (PerFault * request.Faults) + Spare;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(length);
        using CancellationTokenSource loading = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task replays = load.RunAsync(loading.Token);
        try
        {
            try
            {
                await torturer.RunAsync(FaultPlan.Make(request), limit.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // What was done is proved all the same.
                violations.Add(
                    $"Of {request.Faults} faults {torturer.CarriedOut.Count} were carried out in the "
                    + $"{length.TotalSeconds:0} s that the plan may take.");
            }

            load.Enough();
            Say("waiting for the replays that are under way");
            await replays.WaitAsync(ReplaysLimit, cancellation);
        }
        catch (TimeoutException)
        {
            violations.Add(
                $"The replays have not ended within {ReplaysLimit.TotalMinutes:0} minutes: "
                + string.Join("; ", load.Again.TakeLast(2)),
                "");
        }
        finally
        {
            await loading.CancelAsync();
            await replays.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (mesh.Ended.IsCompleted)
        {
            throw mesh.Death();
        }
    }

    private static async Task ProveAsync(
        MeshCli cli, Health health, Invariants invariants, Violations violations, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ProofLimit);
        await health.WaitAsync(limit.Token);
        Say("comparing what the services say of each game");
        foreach (Verification game in await VerifyAsync(cli, violations, limit.Token))
        {
            if (game.DifferencesCount > 0)
            {
                violations.Add(
                    $"{game.Game}: {game.DifferencesCount:N0} differences:\n"
                    + string.Join('\n', game.Differences.Take(10)),
                    "");
            }
        }

        Say("reading logs and topics");
        await invariants.CheckAsync(limit.Token);
    }

    // It reads for some time, while instances may hand each other partitions: then it says so, and is asked again.
    private static async Task<IReadOnlyList<Verification>> VerifyAsync(
        MeshCli cli, Violations violations, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await cli.VerifyAllAsync(cancellation);
            }
            catch (BenchException failure) when (attempt < VerifyAttempts)
            {
                Say(failure.Message);
                await Task.Delay(VerifyPause, cancellation);
            }
            catch (BenchException failure)
            {
                violations.Add($"The games could not be compared: {failure.Message}", "");
                return [];
            }
        }
    }

    private static void Say(string doing) => Progress.Say(doing);
}
