using Mesh.Rewards.Core.Issuing;
using Mesh.Rewards.Core.Ledger;

namespace Mesh.Rewards.Core.Tests;

/// <summary>The books of a partition's players in a test.</summary>
internal sealed class Partition
{
    private readonly Dictionary<(string Tenant, string Player), PlayerBook> books = [];

    public List<RewardEvent> Log { get; } = [];

    public Partition Given(params RewardCommand.IssueReward[] commands)
    {
        foreach (RewardCommand.IssueReward command in commands)
        {
            When(command);
        }

        return this;
    }

    /// <summary>Decides and folds.</summary>
    public IssueDecision When(RewardCommand.IssueReward command)
    {
        PlayerBook book = BookOf(command.PlayerId, command.Tenant);
        IssueDecision decision = RewardDecider.Decide(command, book);
        if (decision.Event is { } happened)
        {
            book.Evolve(happened);
            Log.Add(happened);
        }

        return decision;
    }

    public PlayerBook BookOf(string player, string tenant = "demo")
    {
        if (!books.TryGetValue((tenant, player), out PlayerBook? book))
        {
            book = new PlayerBook();
            books.Add((tenant, player), book);
        }

        return book;
    }

    public static RewardCommand.IssueReward Issue(
        int number, string player = "1", long amount = 10, string currency = "points", string game = "city",
        string tenant = "demo") =>
        new(Id(number), tenant, game, "hunt", player, "rule", 2, currency, amount, 1_000 + number, "p/" + player);

    public static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
}
