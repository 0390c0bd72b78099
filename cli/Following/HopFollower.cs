using System.Diagnostics;
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
    private static readonly ProgressRequest Request = new();

    /// <summary>Where it is, for a progress display.</summary>
    internal string At { get; private set; } = "";

    /// <summary>Returns when everything below the given offsets has become scores on the board.</summary>
    /// <exception cref="CliException">A service has made no step for longer than the patience given.</exception>
    internal async Task FollowAsync(Positions actions, CancellationToken cancellation)
    {
        // 1. Quests and Sessions read the actions. 2. What Quests decided goes on to Rewards, 3. from there to the board.
        Hop sessions = new("Sessions", actions, nextTopic: null);
        Task sessionsThere = ReachAsync(
            sessions, async () => await gateway.Sessions.ProgressAsync(Request, cancellationToken: cancellation), cancellation);
        try
        {
            Hop quests = new("Quests", actions, TopicCatalog.QuestTransitions.Name);
            await ReachAsync(
                quests, async () => await gateway.Quests.ProgressAsync(Request, cancellationToken: cancellation), cancellation);
            Hop rewards = new("Rewards", quests.NextGoals, TopicCatalog.RewardIssued.Name);
            await ReachAsync(
                rewards, async () => await gateway.Rewards.ProgressAsync(Request, cancellationToken: cancellation), cancellation);
            Hop board = new("Leaderboard", rewards.NextGoals, nextTopic: null);
            await ReachAsync(
                board, async () => await gateway.Leaderboard.ProgressAsync(Request, cancellationToken: cancellation), cancellation);
        }
        finally
        {
            await sessionsThere;
        }
    }

    private async Task ReachAsync(Hop hop, Func<Task<ProgressResponse>> ask, CancellationToken cancellation)
    {
        At = hop.Service;
        TimeSpan wait = ShortestWait;
        ulong advance = 0;
        long since = Stopwatch.GetTimestamp();
        while (true)
        {
            hop.Take(await ask());
            if (hop.Done)
            {
                return;
            }

            if (hop.Advance != advance)
            {
                (advance, since) = (hop.Advance, Stopwatch.GetTimestamp());
            }
            else if (Stopwatch.GetElapsedTime(since) > patience)
            {
                throw new CliException($"No step forward for {patience.TotalSeconds:0} s: {hop.Waiting()}.");
            }

            await Task.Delay(wait, cancellation);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }
}
