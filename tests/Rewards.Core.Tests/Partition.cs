using Mesh.Rewards.Core.Issuing;
using Mesh.Rewards.Core.Ledger;

namespace Mesh.Rewards.Core.Tests;

/// <summary>A partition's book in a test.</summary>
internal sealed class Partition
{
    public PartitionBook Book { get; } = new();

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
        IssueDecision decision = RewardDecider.Decide(command, Book);
        if (decision.Event is { } happened)
        {
            Book.Evolve(happened);
            Log.Add(happened);
        }

        return decision;
    }

    public static RewardCommand.IssueReward Issue(
        int number, string player = "1", long amount = 10, string currency = "points", string game = "city",
        string tenant = "demo") =>
        new(Id(number), tenant, game, "hunt", player, "rule", 2, currency, amount, 1_000 + number, "p/" + player);

    public static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
}
