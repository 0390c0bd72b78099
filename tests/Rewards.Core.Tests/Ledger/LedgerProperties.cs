using FsCheck;
using FsCheck.Fluent;
using Mesh.Rewards.Core.Issuing;
using Mesh.Rewards.Core.Ledger;

namespace Mesh.Rewards.Core.Tests.Ledger;

/// <summary>What holds for every sequence of rewards.</summary>
public sealed class LedgerProperties
{
    private static readonly string[] Players = ["1", "2", "3"];
    private static readonly string[] Currencies = ["coins", "points"];

    // Few ids, so that most rewards come more than once.
    private static readonly Arbitrary<RewardCommand.IssueReward[]> AnyRewards = (
        from id in Gen.Choose(0, 40)
        select Partition.Issue(id, Players[id % 3], (id % 11) + 1, Currencies[id % 2])).ArrayOf().ToArbitrary();

    [Fact]
    public void EveryReward_IsIssuedOnce_AndHeld() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyRewards, rewards =>
        {
            Partition partition = new Partition().Given(rewards);
            RewardCommand.IssueReward[] distinct = [.. rewards.DistinctBy(one => one.RewardId)];
            return partition.Log.Count == distinct.Length
                && Players.Sum(player => partition.BookOf(player).Issued) == distinct.Length
                && Players.All(player => partition.BookOf(player).Balances("city").SequenceEqual(
                    distinct.Where(one => one.PlayerId == player).GroupBy(one => one.Currency)
                        .Select(group => new Balance(group.Key, group.Sum(one => one.Amount)))
                        .OrderBy(one => one.Currency, StringComparer.Ordinal)));
        }));

    [Fact]
    public void AnyOrder_AndAnotherOwner_HaveTheSameBooks() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyRewards, rewards =>
        {
            Partition one = new Partition().Given(rewards);
            Partition reversed = new Partition().Given([.. rewards.Reverse()]);
            var folded = new Partition();
            one.Log.ForEach(happened =>
                folded.BookOf(((RewardEvent.RewardIssued)happened).PlayerId).Evolve(happened));
            return Players.All(player =>
                Same(one.BookOf(player), reversed.BookOf(player)) && Same(one.BookOf(player), folded.BookOf(player)))
                && rewards.All(reward => folded.BookOf(reward.PlayerId).HasIssued(reward.RewardId));
        }));

    private static bool Same(PlayerBook one, PlayerBook other) =>
        one.Issued == other.Issued && one.Balances("city").SequenceEqual(other.Balances("city"));
}
