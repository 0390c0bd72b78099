using Mesh.Cli.Connection;
using Mesh.Contracts;

namespace Mesh.Cli.Verify;

/// <summary>What a verification found.</summary>
internal sealed record VerifyReport(
    string Game,
    long ActionsAccepted,
    long ActionsInQuests,
    long ItemsCollected,
    long RewardsIssued,
    long WalletsSum,
    long Sessions,
    long Players,
    bool LogStartsLate,
    long DifferencesCount,
    IReadOnlyList<string> Differences);

/// <summary>
/// The books of one game, from the actions to the board, and the comparison of each with the one before. No I/O. It
/// takes the actions first, then Quests, Rewards, Sessions and the board.
/// </summary>
/// <param name="game">The game.</param>
/// <param name="actions">Its actions as the topics hold them.</param>
/// <param name="rules">Its rules by version.</param>
/// <param name="late">Partitions whose topics no longer begin at offset 0.</param>
internal sealed class GameAudit(string game, ActionLedger actions, RuleBook rules, IReadOnlySet<int> late)
{
    private readonly Differences _differences = new();
    private readonly Dictionary<string, long> _sessionActions = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Subject, string Currency), Contracts.Leaderboard.V1.AuditResponse> _board = [];
    private RewardLedger? _rewards;
    private long _sessions;

    private RewardLedger Rewards => _rewards ??= new RewardLedger(game, rules, _differences);

    internal void TakeQuests(Contracts.Quests.V1.AuditResponse part)
    {
        foreach (Google.Protobuf.ByteString outcome in part.Outcomes)
        {
            actions.Answer(part.PlayerId, outcome.Span);
        }

        foreach (Contracts.Quests.V1.Item item in part.Items)
        {
            Rewards.Collect(part.PlayerId, item);
        }
    }

    internal void TakeRewards(Contracts.Rewards.V1.AuditResponse part)
    {
        foreach (Contracts.Rewards.V1.Issued issued in part.Rewards)
        {
            Rewards.Issue(part.PlayerId, issued);
        }

        foreach (Contracts.Rewards.V1.Balance balance in part.Balances)
        {
            Rewards.Hold(part.PlayerId, balance);
        }
    }

    internal void TakeSessions(Contracts.Sessions.V1.AuditResponse player)
    {
        _sessions += (long)player.Sessions;
        if (!_sessionActions.TryAdd(player.PlayerId, (long)player.Actions))
        {
            _differences.Add($"player {player.PlayerId}: Sessions tells of it twice");
        }
    }

    internal void TakeBoard(Contracts.Leaderboard.V1.AuditResponse entry)
    {
        if (!_board.TryAdd((entry.Subject, entry.Currency), entry))
        {
            _differences.Add($"subject {entry.Subject}: the {entry.Currency} board tells of it twice");
        }
    }

    internal VerifyReport Compare()
    {
        actions.Compare(_differences, MayBeOlder);
        Rewards.Compare();
        CompareSessions();
        CompareBoard();
        return new VerifyReport(
            game,
            actions.Accepted,
            actions.Answered,
            Rewards.Items,
            Rewards.Rewards,
            Rewards.WalletsSum,
            _sessions,
            actions.Players,
            late.Count > 0,
            _differences.Count,
            _differences.Names);
    }

    private bool MayBeOlder(string player) =>
        late.Count > 0 && late.Contains(Placement.Partition(Placement.Player(GatewayConnection.Tenant, player)));

    private void CompareSessions()
    {
        foreach ((string player, long accepted) in actions.ByPlayer)
        {
            _sessionActions.Remove(player, out long counted);
            if (counted != accepted && !(counted > accepted && MayBeOlder(player)))
            {
                _differences.Add($"player {player}: Sessions counts {counted} actions, {accepted} were accepted");
            }
        }

        foreach ((string player, long counted) in _sessionActions)
        {
            if (counted > 0 && !MayBeOlder(player))
            {
                _differences.Add($"player {player}: Sessions counts {counted} actions, 0 were accepted");
            }
        }
    }

    private void CompareBoard()
    {
        foreach (((string player, string currency), RewardLedger.Account account) in Rewards.Scores)
        {
            string subject = $"p/{player}";
            if (!_board.Remove((subject, currency), out Contracts.Leaderboard.V1.AuditResponse? entry))
            {
                _differences.Add($"subject {subject}: not on the {currency} board, its rewards come to {account.Sum}");
                continue;
            }

            if (entry.BoardScore != account.Sum || entry.LogScore != account.Sum)
            {
                _differences.Add($"subject {subject}: the {currency} board says {entry.BoardScore}, its log "
                    + $"{entry.LogScore}, the rewards come to {account.Sum}");
            }

            if ((long)entry.Rewards != account.Rewards)
            {
                _differences.Add(
                    $"subject {subject}: the {currency} board folded {entry.Rewards} rewards of {account.Rewards}");
            }

            if (entry.BoardReachedUs != account.ReachedUs)
            {
                _differences.Add($"subject {subject}: the {currency} board says reached at "
                    + $"{Output.IsoOfMicros(entry.BoardReachedUs)}, "
                    + $"the rewards say {Output.IsoOfMicros(account.ReachedUs)}");
            }
        }

        foreach (((string subject, string currency), Contracts.Leaderboard.V1.AuditResponse entry) in _board)
        {
            if (entry.BoardScore != 0 || entry.LogScore != 0 || entry.Rewards != 0)
            {
                _differences.Add(
                    $"subject {subject}: the {currency} board says {entry.BoardScore}, and no reward does");
            }
        }
    }
}
