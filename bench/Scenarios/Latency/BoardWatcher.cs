using System.Diagnostics;
using Grpc.Core;
using Mesh.Contracts.Leaderboard.V1;

namespace Mesh.Bench.Scenarios.Latency;

/// <summary>
/// Watches a game's board. A player's score is the number of its check-ins that are counted, in the order in which they
/// were sent; an answer that raises it by several shows them all at once.
/// </summary>
internal sealed class BoardWatcher(GatewayClients gateway, string game, Track track)
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int[] _scores = new int[CheckIns.Players];

    /// <summary>Completes when the first answer is there.</summary>
    internal Task Begun => _begun.Task;

    /// <summary>Watches until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            WatchRequest request = new() { Board = new() { GameId = game }, Limit = CheckIns.Players };
            using AsyncServerStreamingCall<WatchResponse> call =
                gateway.Leaderboard.Watch(request, cancellationToken: cancellation);
            while (await call.ResponseStream.MoveNext(cancellation))
            {
                Take(call.ResponseStream.Current, Stopwatch.GetTimestamp());
                _begun.TrySetResult();
            }

            throw new BenchException("The board's watch ended.");
        }
        catch (Exception failure)
        {
            _begun.TrySetException(failure);
            throw;
        }
    }

    private void Take(WatchResponse answer, long now)
    {
        foreach (Entry entry in answer.Snapshot.Concat(answer.Changed))
        {
            int player = CheckIns.PlayerOf(entry.Subject);
            for (; _scores[player] < entry.Score; _scores[player]++)
            {
                track.Note(Step.Watched, player + (_scores[player] * CheckIns.Players), now);
            }
        }
    }
}
