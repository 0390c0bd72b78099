using Mesh.Rewards.Core.Ledger;

namespace Mesh.Rewards.Core.Tests.Ledger;

public sealed class AccountBookTests
{
    private static readonly AccountId Mint = AccountId.Mint("demo", "city", "points");
    private static readonly AccountId Ann = AccountId.Player("demo", "city", "ann", "points");
    private static readonly AccountId Bob = AccountId.Player("demo", "city", "bob", "points");

    [Fact]
    public void Posting_MovesAnAmountFromOneAccountToAnother()
    {
        var book = new AccountBook();

        Assert.Equal(PostingResult.Posted, book.Post(Mint, Ann, 30));
        Assert.Equal(PostingResult.Posted, book.Post(Ann, Bob, 10));
        Assert.Equal(PostingResult.Posted, book.Post(Bob, Mint, 1));

        Assert.Equal((-29, 20, 9), (book.Held(Mint), book.Held(Ann), book.Held(Bob)));
        Assert.Equal(0, book.Sum());
    }

    [Fact]
    public void Posting_OfMoreThanAPlayerHolds_ChangesNothing()
    {
        var book = new AccountBook();
        book.Post(Mint, Ann, 30);

        Assert.Equal(PostingResult.Insufficient, book.Post(Ann, Bob, 31));
        Assert.Equal(PostingResult.Insufficient, book.Post(Bob, Ann, 1));
        Assert.Equal((30, 0), (book.Held(Ann), book.Held(Bob)));
    }

    public static TheoryData<string> Others() => ["tenant", "game", "currency", "same"];

    [Theory]
    [MemberData(nameof(Others))]
    public void Posting_BetweenAccountsThatDoNotBelongTogether_ChangesNothing(string differing)
    {
        var book = new AccountBook();
        AccountId to = differing switch
        {
            "tenant" => AccountId.Player("other", "city", "ann", "points"),
            "game" => AccountId.Player("demo", "town", "ann", "points"),
            "currency" => AccountId.Player("demo", "city", "ann", "coins"),
            _ => Mint,
        };

        Assert.Equal(PostingResult.Mismatch, book.Post(Mint, to, 1));
        Assert.Equal(0, book.Held(Mint));
    }

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
        AccountBook book = partition.Book.Accounts;

        Assert.Equal(
            [new Balance("art", 4), new Balance("coins", 2), new Balance("points", 1)],
            book.Balances("demo", "city", "1"));
        Assert.Equal(
            [new Balance("art", -4), new Balance("coins", -2), new Balance("points", -33)], book.Mint("demo", "city"));
        Assert.Equal([new Balance("points", 8)], book.Balances("demo", "town", "1"));
        Assert.Equal([new Balance("points", 16)], book.Balances("other", "city", "1"));
        Assert.Equal(["1", "2"], book.Players("demo", "city").Order());
        Assert.Empty(book.Balances("demo", "city", "3"));
        Assert.Empty(book.Mint("demo", "none"));
    }
}
