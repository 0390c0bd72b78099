using System.Diagnostics;
using Grpc.Core;
using Mesh.Cli.Connection;
using Mesh.Contracts;
using Mesh.Contracts.Types.V1;

namespace Mesh.Cli.Following;

/// <summary>
/// Follows actions from their topics to the leaderboard, each service by its own account of how far it has come.
/// </summary>
internal sealed class HopFollower(GatewayConnection gateway, TimeSpan patience)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    // A service answers at once or not at all; without a limit one call that is lost would outlast all patience.
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(10);
    private static readonly ProgressRequest Request = new();

    /// <summary>Where it is, for a progress display.</summary>
    internal string At { get; private set; } = "";

    /// <summary>Returns when everything below the given offsets has become scores on the board.</summary>
    /// <exception cref="CliException">A service has made no step for longer than the patience given.</exception>
    internal async Task FollowAsync(Positions actions, CancellationToken cancellation)
    {
        // 1. Quests and Sessions read the actions. 2. What Quests decided goes on to Rewards, 3. then to the board.
        await Task.WhenAll(ToSessionsAsync(actions, cancellation), ToBoardAsync(actions, cancellation));
    }

    private Task ToSessionsAsync(Positions actions, CancellationToken cancellation) => ReachAsync(
        new Hop("Sessions", actions, nextTopic: null),
        options => gateway.Sessions.ProgressAsync(Request, options),
        cancellation);

    private async Task ToBoardAsync(Positions actions, CancellationToken cancellation)
    {
        Hop quests = new("Quests", actions, TopicCatalog.QuestTransitions.Name);
        await ReachAsync(quests, options => gateway.Quests.ProgressAsync(Request, options), cancellation);
        Hop rewards = new("Rewards", quests.NextGoals, TopicCatalog.RewardIssued.Name);
        await ReachAsync(rewards, options => gateway.Rewards.ProgressAsync(Request, options), cancellation);
        Hop board = new("Leaderboard", rewards.NextGoals, nextTopic: null);
        await ReachAsync(board, options => gateway.Leaderboard.ProgressAsync(Request, options), cancellation);
    }

    private async Task ReachAsync(
        Hop hop, Func<CallOptions, AsyncUnaryCall<ProgressResponse>> ask, CancellationToken cancellation)
    {
        At = hop.Service;
        TimeSpan wait = ShortestWait;
        ulong advance = 0;
        long since = Stopwatch.GetTimestamp();
        while (true)
        {
            RpcException? away = await TakeAsync(hop, ask, cancellation);
            if (away is null && hop.Done)
            {
                return;
            }

            if (hop.Advance != advance)
            {
                (advance, since) = (hop.Advance, Stopwatch.GetTimestamp());
            }
            else if (Stopwatch.GetElapsedTime(since) > patience)
            {
                string why = away is null ? "" : $" ({away.Status.Detail})";
                throw new CliException($"No step forward for {patience.TotalSeconds:0} s: {hop.Waiting()}{why}.");
            }

            await Task.Delay((away is null ? null : Transient.WaitOf(away)) ?? wait, cancellation);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    // A service that is being started again is behind, not wrong.
    private static async Task<RpcException?> TakeAsync(
        Hop hop, Func<CallOptions, AsyncUnaryCall<ProgressResponse>> ask, CancellationToken cancellation)
    {
        try
        {
            hop.Take(await ask(new CallOptions(
                deadline: DateTime.UtcNow + CallLimit, cancellationToken: cancellation)));
            return null;
        }
        catch (RpcException away) when (Transient.Is(away) && !cancellation.IsCancellationRequested)
        {
            return away;
        }
    }
}
