using Mesh.Rewards.Core.Issuing;
using Mesh.Rewards.Core.Ledger;

namespace Mesh.Rewards.Core.Tests.Issuing;

public sealed class RewardDeciderTests
{
    [Fact]
    public void Reward_NotIssuedBefore_IsIssued()
    {
        var partition = new Partition();

        IssueDecision decision = partition.When(Partition.Issue(1));

        Assert.Equal(IssueOutcome.Issued, decision.Outcome);
        Assert.Equal(
            new RewardEvent.RewardIssued(
                Partition.Id(1), "demo", "city", "hunt", "1", "rule", 2, "points", 10, 1_001, "p/1"),
            decision.Event);
        Assert.Equal([new Balance("points", 10)], partition.BookOf("1").Balances("city"));
        Assert.Equal(1, partition.BookOf("1").Issued);
    }

    [Fact]
    public void Reward_IssuedBefore_IsNotIssuedAgain()
    {
        Partition partition = new Partition().Given(Partition.Issue(1));

        Assert.Equal(new IssueDecision(IssueOutcome.AlreadyIssued, null), partition.When(Partition.Issue(1)));
        Assert.Equal(
            new IssueDecision(IssueOutcome.AlreadyIssued, null), partition.When(Partition.Issue(1, amount: 99)));
        Assert.Equal([new Balance("points", 10)], partition.BookOf("1").Balances("city"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Reward_OfNoPositiveAmount_IsRefused(long amount) =>
        Assert.Equal(
            new IssueDecision(IssueOutcome.AmountRange, null),
            new Partition().When(Partition.Issue(1, amount: amount)));

    [Fact]
    public void Reward_ThatAnAccountCannotHold_IsRefused()
    {
        Partition partition = new Partition().Given(Partition.Issue(1, "1", long.MaxValue));

        Assert.Equal(new IssueDecision(IssueOutcome.AccountFull, null), partition.When(Partition.Issue(2, "1")));
        Assert.Equal(IssueOutcome.Issued, partition.When(Partition.Issue(3, "2", long.MaxValue)).Outcome);
        Assert.Equal([new Balance("points", long.MaxValue)], partition.BookOf("1").Balances("city"));
    }

    [Fact]
    public void Evolve_OfARewardThatIsInTheBook_Throws()
    {
        Partition partition = new Partition().Given(Partition.Issue(1));

        Assert.Throws<InvalidOperationException>(() => partition.BookOf("1").Evolve(partition.Log[0]));
    }
}
