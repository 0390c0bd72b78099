using System.Globalization;
using System.Text;
using System.Text.Json;
using Mesh.Provisioning;

namespace Mesh.Bench.Running;

/// <summary>What <c>mesh replay --json</c> says.</summary>
internal sealed record Replay(
    string Game,
    long Rows,
    long Sent,
    long Accepted,
    long Refused,
    double SecondsToAccept,
    double SecondsUntilVisible,
    IReadOnlyList<string> Refusals);

/// <summary>What <c>mesh verify --json</c> says.</summary>
internal sealed record Verification(
    string Game,
    long ActionsAccepted,
    long ActionsInQuests,
    long ItemsCollected,
    long RewardsIssued,
    long WalletsSum,
    long Sessions,
    long Players,
    long DifferencesCount,
    IReadOnlyList<string> Differences);

/// <summary>The command line tool, as a process beside the mesh, as a user would run it.</summary>
internal sealed class MeshCli(Layout layout, RunningMesh mesh)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    /// <summary>Sends a file into a game and returns when the leaderboard shows all of it.</summary>
    /// <exception cref="BenchException">An action was refused or lost, or the mesh ended.</exception>
    internal async Task<Replay> ReplayAsync(
        string file, string game, int copies, long? limit, CancellationToken cancellation, int? speed = null)
    {
        List<string> arguments =
            ["replay", file, "--game", game, "--copies", Text(copies), "--json", "--gateway", mesh.Gateway];
        if (limit is { } rows)
        {
            arguments.AddRange(["--limit", Text(rows)]);
        }

        if (speed is { } times)
        {
            arguments.AddRange(["--speed", Text(times)]);
        }

        Replay replay = await RunAsync<Replay>(arguments, cancellation);
        return replay.Refused == 0 && replay.Accepted == replay.Sent
            ? replay
            : throw new BenchException(
                $"{game}: of {replay.Sent:N0} check-ins {replay.Accepted:N0} were accepted and {replay.Refused:N0} "
                + $"refused: {string.Join("; ", replay.Refusals)}");
    }

    /// <summary>Compares what the services say of a game.</summary>
    internal Task<Verification> VerifyAsync(string game, CancellationToken cancellation) => RunAsync<Verification>(
        ["verify", game, "--json", "--gateway", mesh.Gateway, "--broker", mesh.Broker], cancellation);

    /// <summary>The same for every game.</summary>
    internal Task<IReadOnlyList<Verification>> VerifyAllAsync(CancellationToken cancellation) =>
        RunAsync<IReadOnlyList<Verification>>(
            ["verify", "--json", "--gateway", mesh.Gateway, "--broker", mesh.Broker], cancellation);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<T> RunAsync<T>(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        StringBuilder output = new();
        StringBuilder error = new();
        await using ChildProcess child = Programs.Start(
            layout.Assembly("cli", "mesh"), arguments, line => output.AppendLine(line), line => error.AppendLine(line));
        try
        {
            await Task.WhenAny(child.Exited, mesh.Ended).WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            await child.StopAsync(StopLimit);
            throw;
        }

        if (mesh.Ended.IsCompleted)
        {
            throw mesh.Death();
        }

        // It prints what it found also when it ends with 1: what to make of that is for the caller.
        try
        {
            return JsonSerializer.Deserialize<T>(output.ToString(), Json)!;
        }
        catch (JsonException)
        {
            throw new BenchException(
                $"mesh {string.Join(' ', arguments)} ended with {await child.Exited}:\n{error}{output}");
        }
    }
}
