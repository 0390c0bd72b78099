using Mesh.Rewards.Core.Ledger;

namespace Mesh.Rewards.Core.Tests.Ledger;

public sealed class PlayerBookTests
{
    [Fact]
    public void Accounts_OfTenantsGamesPlayersAndCurrencies_AreApart()
    {
        Partition partition = new Partition().Given(
            Partition.Issue(1, amount: 1),
            Partition.Issue(2, amount: 2, currency: "coins"),
            Partition.Issue(3, amount: 4, currency: "art"),
            Partition.Issue(4, amount: 8, game: "town"),
            Partition.Issue(5, amount: 16, tenant: "other"),
            Partition.Issue(6, amount: 32, player: "2"));

        Assert.Equal(
            [new Balance("art", 4), new Balance("coins", 2), new Balance("points", 1)],
            partition.BookOf("1").Balances("city"));
        Assert.Equal([new Balance("points", 8)], partition.BookOf("1").Balances("town"));
        Assert.Equal([new Balance("points", 16)], partition.BookOf("1", "other").Balances("city"));
        Assert.Equal([new Balance("points", 32)], partition.BookOf("2").Balances("city"));
        Assert.Equal(["city", "town"], partition.BookOf("1").Games);
        Assert.Empty(partition.BookOf("1").Balances("none"));
    }

    [Theory]
    [InlineData(0, PostingResult.AmountRange)]
    [InlineData(-1, PostingResult.AmountRange)]
    [InlineData(long.MinValue, PostingResult.AmountRange)]
    [InlineData(1, PostingResult.Posted)]
    [InlineData(long.MaxValue - 30, PostingResult.Posted)]
    [InlineData(long.MaxValue - 29, PostingResult.AccountFull)]
    [InlineData(long.MaxValue, PostingResult.AccountFull)]
    public void Check_OfAnAmount_SaysWhatWouldComeOfIt(long amount, PostingResult wanted)
    {
        PlayerBook book = new Partition().Given(Partition.Issue(1, amount: 30)).BookOf("1");

        Assert.Equal(wanted, book.Check("city", "points", amount));
        Assert.Equal([new Balance("points", 30)], book.Balances("city"));
    }
}
