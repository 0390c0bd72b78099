using Mesh.Rewards.Core.Ledger;

namespace Mesh.Rewards.Core.Issuing;

/// <summary>What came of a command. Every case is normal traffic.</summary>
public enum IssueOutcome
{
    /// <summary>The player is to be paid: the decision holds the event.</summary>
    Issued,

    /// <summary>The same reward was issued before.</summary>
    AlreadyIssued,

    /// <summary>The amount is not positive.</summary>
    AmountRange,

    /// <summary>The account would hold more than a number can say.</summary>
    AccountFull,
}

/// <summary>The answer to a command.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Event">The event when issued; else null.</param>
public readonly record struct IssueDecision(IssueOutcome Outcome, RewardEvent.RewardIssued? Event);

/// <summary>Decides whether a reward is issued: once for each id, for ever.</summary>
public static class RewardDecider
{
    /// <summary>The answer to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="book">The book of the player who is to be paid.</param>
    public static IssueDecision Decide(RewardCommand command, PlayerBook book)
    {
        var issue = (RewardCommand.IssueReward)command;
        if (book.HasIssued(issue.RewardId))
        {
            return new IssueDecision(IssueOutcome.AlreadyIssued, null);
        }

        return book.Check(issue.GameId, issue.Currency, issue.Amount) switch
        {
            PostingResult.Posted => new IssueDecision(IssueOutcome.Issued, Issued(issue)),
            PostingResult.AmountRange => new IssueDecision(IssueOutcome.AmountRange, null),
            _ => new IssueDecision(IssueOutcome.AccountFull, null),
        };
    }

    private static RewardEvent.RewardIssued Issued(RewardCommand.IssueReward issue) => new(
        issue.RewardId,
        issue.Tenant,
        issue.GameId,
        issue.QuestId,
        issue.PlayerId,
        issue.RuleId,
        issue.RuleVersion,
        issue.Currency,
        issue.Amount,
        issue.ReachedUs,
        issue.Subject);
}
