using System.Diagnostics;
using System.Threading.Channels;
using Mesh.Cli.Connection;
using Mesh.Cli.Following;

namespace Mesh.Cli.Replay;

/// <summary>What is asked of a replay.</summary>
internal sealed record ReplayRequest(
    string Path, string Game, long Limit, int Copies, double? Speed, TimeSpan GiveUpAfter);

/// <summary>What a replay did.</summary>
internal sealed record ReplayReport(
    string Game,
    long Rows,
    long Sent,
    long Accepted,
    long Refused,
    double SecondsToAccept,
    double SecondsUntilVisible,
    long ActionsPerSecond,
    IReadOnlyList<string> Refusals);

/// <summary>Sends a file through the gateway and waits until the leaderboard shows all of it.</summary>
internal sealed class Replayer(GatewayConnection gateway, ReplayRequest request)
{
    private const int Streams = 4;
    private const int BatchesAhead = 16;

    private readonly ReplayTally _tally = new();
    private readonly HopFollower _follower = new(gateway, request.GiveUpAfter);

    /// <summary>How many actions there will be; 0 until the file is read.</summary>
    internal long Total { get; private set; }

    internal long Acknowledged => _tally.Acknowledged;

    /// <summary>What it is doing, for people.</summary>
    internal string Doing =>
        _tally.Trouble is { } trouble ? $"trying again ({trouble})"
        : Acknowledged < Total || Total == 0 ? "sending"
        : $"waiting for {_follower.At}";

    internal async Task<ReplayReport> RunAsync(CancellationToken cancellation)
    {
        // 1. The file's hash, 2. the game, 3. the actions, 4. their scores.
        CheckInFile file = await Task.Run(() => CheckInFile.Examine(request.Path), cancellation);
        Patience patience = new(request.GiveUpAfter, failure => _tally.Trouble = failure?.Status.Detail);
        await ReplayedGame.EnsureAsync(gateway.Quests, request.Game, patience, cancellation);
        long rows = Math.Min(file.Rows, request.Limit);
        Total = rows * request.Copies;
        long start = Stopwatch.GetTimestamp();
        await SendAsync(file, cancellation);
        double accepted = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await _follower.FollowAsync(_tally.Reached, cancellation);
        double visible = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new ReplayReport(
            request.Game,
            rows,
            Total,
            _tally.Accepted,
            _tally.Refused,
            Math.Round(accepted, 3),
            Math.Round(visible, 3),
            (long)(Total / Math.Max(visible, 0.001)),
            _tally.Refusals);
    }

    private async Task SendAsync(CheckInFile file, CancellationToken cancellation)
    {
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Channel<PendingAction[]>[] queues =
            [.. Enumerable.Range(0, Streams).Select(_ => Channel.CreateBounded<PendingAction[]>(BatchesAhead))];
        RowSource source = new(file, new Roster(request.Copies, Streams), request.Limit, request.Speed);
        List<Task> parts =
        [
            Task.Run(() => source.RunAsync([.. queues.Select(queue => queue.Writer)], stopping.Token), cancellation),
        ];
        parts.AddRange(queues.Select(queue => Task.Run(
            () => new ActionStream(
                gateway.Ingestion,
                new ActionMessage(request.Game, file.Sha256),
                _tally,
                queue.Reader,
                request.GiveUpAfter)
                .RunAsync(stopping.Token),
            cancellation)));

        // One part that fails ends the others; its failure is the one to tell.
        while (parts.Count > 0)
        {
            Task ended = await Task.WhenAny(parts);
            parts.Remove(ended);
            if (!ended.IsCompletedSuccessfully)
            {
                await stopping.CancelAsync();
                await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await ended;
            }
        }
    }
}
