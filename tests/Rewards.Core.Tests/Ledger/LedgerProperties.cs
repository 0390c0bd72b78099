using FsCheck;
using FsCheck.Fluent;
using Mesh.Rewards.Core.Issuing;
using Mesh.Rewards.Core.Ledger;

namespace Mesh.Rewards.Core.Tests.Ledger;

/// <summary>What holds for every sequence of rewards and postings.</summary>
public sealed class LedgerProperties
{
    private static readonly string[] Players = ["1", "2", "3"];
    private static readonly string[] Currencies = ["coins", "points"];

    // Few ids, so that most rewards come more than once.
    private static readonly Arbitrary<RewardCommand.IssueReward[]> AnyRewards = (
        from id in Gen.Choose(0, 40)
        select Partition.Issue(id, Players[id % 3], (id % 11) + 1, Currencies[id % 2])).ArrayOf().ToArbitrary();

    private static readonly Arbitrary<(int From, int To, long Amount)[]> AnyPostings = (
        from @from in Gen.Choose(0, 3)
        from to in Gen.Choose(0, 3)
        from amount in Gen.Frequency(
            (8, Gen.Choose(-1, 20).Select(some => (long)some)),
            (1, Gen.Elements(long.MaxValue, long.MinValue, long.MaxValue / 2)))
        select (@from, to, amount)).ArrayOf().ToArbitrary();

    [Fact]
    public void Sum_AfterEveryPosting_IsZero_AndNoPlayerIsBelowZero() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyPostings, postings =>
        {
            var book = new AccountBook();
            return postings.All(posting =>
            {
                book.Post(Account(posting.From), Account(posting.To), posting.Amount);
                return book.Sum() == 0 && Enumerable.Range(1, 3).All(player => book.Held(Account(player)) >= 0);
            });
        }));

    [Fact]
    public void RefusedPosting_ChangesNothing() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyPostings, postings =>
        {
            var book = new AccountBook();
            return postings.All(posting =>
            {
                long[] before = [.. Enumerable.Range(0, 4).Select(i => book.Held(Account(i)))];
                PostingResult result = book.Post(Account(posting.From), Account(posting.To), posting.Amount);
                long[] after = [.. Enumerable.Range(0, 4).Select(i => book.Held(Account(i)))];
                return result == PostingResult.Posted ^ before.SequenceEqual(after);
            });
        }));

    [Fact]
    public void EveryReward_IsIssuedOnce_AndMintedIsHeld() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyRewards, rewards =>
        {
            Partition partition = new Partition().Given(rewards);
            RewardCommand.IssueReward[] distinct = [.. rewards.DistinctBy(one => one.RewardId)];
            return partition.Log.Count == distinct.Length
                && partition.Book.Issued == distinct.Length
                && partition.Book.Accounts.Sum() == 0
                && Players.All(player => partition.Book.Accounts.Balances("demo", "city", player).SequenceEqual(
                    distinct.Where(one => one.PlayerId == player).GroupBy(one => one.Currency)
                        .Select(group => new Balance(group.Key, group.Sum(one => one.Amount)))
                        .OrderBy(one => one.Currency, StringComparer.Ordinal)))
                && partition.Book.Accounts.Mint("demo", "city").Sum(one => one.Amount)
                    == -distinct.Sum(one => one.Amount);
        }));

    [Fact]
    public void AnyOrder_AndAnotherOwner_HaveTheSameBook() =>
        Check.QuickThrowOnFailure(Prop.ForAll(AnyRewards, rewards =>
        {
            Partition one = new Partition().Given(rewards);
            Partition reversed = new Partition().Given([.. rewards.Reverse()]);
            var folded = new PartitionBook();
            one.Log.ForEach(folded.Evolve);
            return Same(one.Book, reversed.Book) && Same(one.Book, folded)
                && rewards.All(reward => folded.HasIssued(reward.RewardId));
        }));

    private static bool Same(PartitionBook one, PartitionBook other) =>
        one.Issued == other.Issued
        && one.Accounts.Mint("demo", "city").SequenceEqual(other.Accounts.Mint("demo", "city"))
        && Players.All(player => one.Accounts.Balances("demo", "city", player)
            .SequenceEqual(other.Accounts.Balances("demo", "city", player)));

    private static AccountId Account(int number) => number == 0
        ? AccountId.Mint("demo", "city", "points")
        : AccountId.Player("demo", "city", Players[number - 1], "points");
}
