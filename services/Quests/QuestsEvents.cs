using Google.Protobuf;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Quests.Core.Run;
using Catalog = Mesh.Quests.Core.Catalog;
using Door = Mesh.Quests.Core.Door;

namespace Mesh.Quests;

/// <summary>EDGE: the core's records to protobuf and back, one to one.</summary>
internal static class QuestsEvents
{
    public static QuestTransition ToContract(PlayerStream player, RunEvent e) => new()
    {
        Tenant = player.Tenant,
        GameId = e.GameId,
        QuestId = e.QuestId,
        DefinitionVersion = e.DefinitionVersion,
        Subject = player.Subject,
        PlayerId = e.Kind == TransitionKind.Noted ? string.Empty : player.PlayerId,
        RunVersion = e.RunVersion,
        Kind = (QuestTransition.Types.Kind)e.Kind,
        StepKey = e.StepKey,
        Reason = e.Reason,
        EffectiveUs = e.EffectiveUs,
        ActionId = UnsafeByteOperations.UnsafeWrap(Ids.ToBytes(e.ActionId)),
        Outcome = e.Outcome,
        Content = e.Content,
    };

    public static RunEvent ToCore(QuestTransition e) => new(
        e.GameId,
        e.QuestId,
        e.DefinitionVersion,
        e.RunVersion,
        (TransitionKind)e.Kind,
        e.StepKey,
        e.Reason,
        e.EffectiveUs,
        Ids.FromBytes(e.ActionId.Span),
        e.Outcome,
        e.Content);

    /// <summary>Whose stream a transition belongs to: the subject says it also where nobody earns.</summary>
    public static string PlayerOf(QuestTransition e) => e.Subject[2..];

    public static GamePublished ToContract(string tenant, Catalog.CatalogEvent.GamePublished e, long nowUs) => new()
    {
        Tenant = tenant,
        GameId = e.Definition.Slug,
        Version = e.Version,
        Definition = ToContract(e.Definition),
        PublishedUs = nowUs,
    };

    public static Catalog.CatalogEvent.GamePublished ToCore(GamePublished e) => new(e.Version, ToCore(e.Definition));

    public static DoorPolicyPublished ToContract(string tenant, Door.DoorPolicyPublished e, long nowUs) => new()
    {
        Tenant = tenant,
        Version = e.Version,
        Policy = ToContract(e.Policy),
        PublishedUs = nowUs,
    };

    public static Door.DoorPolicyPublished ToCore(DoorPolicyPublished e) => new(e.Version, ToCore(e.Policy));

    public static DoorPolicy ToContract(Door.DoorPolicy policy)
    {
        DoorPolicy to = new() { Tenant = ToContract(policy.Tenant), Player = ToContract(policy.Player) };
        to.Lanes.AddRange(policy.Lanes.Select(rule => new LaneRule
        {
            GameId = rule.GameId,
            Kinds = { rule.Kinds },
            Lane = rule.Lane,
        }));
        return to;
    }

    public static Door.DoorPolicy ToCore(DoorPolicy policy) => new(
        [.. policy.Lanes.Select(rule => new Door.LaneRule(rule.GameId, [.. rule.Kinds], rule.Lane))],
        ToCore(policy.Tenant),
        ToCore(policy.Player));

    public static GameDefinition ToContract(Catalog.GameDefinition game)
    {
        GameDefinition to = new()
        {
            Slug = game.Slug,
            Title = game.Title,
            ClockPolicy = (GameDefinition.Types.ClockPolicy)game.ClockPolicy,
        };
        to.Quests.AddRange(game.Quests.Select(ToContract));
        to.Rules.AddRange(game.Rules.Select(rule => new RewardRule
        {
            RuleId = rule.RuleId,
            QuestId = rule.QuestId,
            On = (QuestTransition.Types.Kind)rule.On,
            Currency = rule.Currency,
            Amount = rule.Amount,
        }));
        foreach ((string currency, uint places) in game.Scales)
        {
            to.Scales.Add(currency, places);
        }

        return to;
    }

    public static Catalog.GameDefinition ToCore(GameDefinition game) => new(
        game.Slug,
        game.Title,
        (Catalog.ClockPolicy)game.ClockPolicy,
        [.. game.Quests.Select(ToCore)],
        [.. game.Rules.Select(rule => new Catalog.RewardRule(
            rule.RuleId, rule.QuestId, (TransitionKind)rule.On, rule.Currency, rule.Amount))],
        game.Scales.ToDictionary(StringComparer.Ordinal));

    // What is not limited is left out, as somebody would write it.
    private static RateLimit? ToContract(Door.RateLimit limit) => limit == Door.RateLimit.None
        ? null
        : new RateLimit { PerSecond = limit.PerSecond, Burst = limit.Burst };

    private static Door.RateLimit ToCore(RateLimit? limit) => new(limit?.PerSecond ?? 0, limit?.Burst ?? 0);

    private static QuestDefinition ToContract(Catalog.QuestDefinition quest)
    {
        QuestDefinition to = new() { QuestId = quest.QuestId, Title = quest.Title };
        if (quest.Type is Catalog.QuestType.ScavengerHunt hunt)
        {
            to.ScavengerHunt = new ScavengerHunt { Needed = hunt.Needed, VenueIds = { hunt.VenueIds } };
        }

        return to;
    }

    private static Catalog.QuestDefinition ToCore(QuestDefinition quest) => new(
        quest.QuestId,
        quest.Title,
        quest.TypeCase == QuestDefinition.TypeOneofCase.ScavengerHunt
            ? new Catalog.QuestType.ScavengerHunt([.. quest.ScavengerHunt.VenueIds], quest.ScavengerHunt.Needed)
            : null);
}
