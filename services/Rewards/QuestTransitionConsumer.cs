using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Partitions;
using Mesh.Rewards.Core.Issuing;
using RewardRule = Mesh.Rewards.Core.Issuing.RewardRule;

namespace Mesh.Rewards;

/// <summary>IN: a transition becomes a command for each rule that pays for it.</summary>
internal sealed class QuestTransitionConsumer(GameTable games, RewardIssuedRelay relay, ILogger logger)
{
    private readonly Dictionary<(string Tenant, string Game, uint Version), GameRules> _rules = [];

    public Verdict Consume(
        QuestTransition transition, in RecordRoot root, PlayerStream player, IEventAppender appender)
    {
        if (RulesOf(transition) is not { } rules)
        {
            return Verdict.Wait;
        }

        foreach (RewardRule rule in rules.For(transition.QuestId, (TransitionKind)transition.Kind))
        {
            Issue(ToCommand(transition, rule, rules.Version), player, root, appender);
        }

        return Verdict.Done;
    }

    private void Issue(
        RewardCommand.IssueReward command, PlayerStream player, in RecordRoot root, IEventAppender appender)
    {
        IssueDecision decision = RewardDecider.Decide(command, player.Book);
        if (decision.Event is { } issued)
        {
            player.Book.Evolve(issued);
            relay.Append(player.Name, issued, root, appender);
        }
        else if (decision.Outcome != IssueOutcome.AlreadyIssued)
        {
            RewardsMessages.NotPaid(
                logger, command.RewardId, command.RuleId, command.GameId, decision.Outcome.ToString());
        }
    }

    private static RewardCommand.IssueReward ToCommand(
        QuestTransition transition, RewardRule rule, uint version) => new(
        Ids.Reward(
            transition.Tenant,
            transition.GameId,
            transition.QuestId,
            transition.Subject,
            transition.StepKey,
            transition.PlayerId,
            rule.RuleId),
        transition.Tenant,
        transition.GameId,
        transition.QuestId,
        transition.PlayerId,
        rule.RuleId,
        version,
        rule.Currency,
        rule.Amount,
        transition.EffectiveUs,
        transition.Subject);

    // A published version never changes, so its rules are made once. Null: the catalog is not that far yet.
    private GameRules? RulesOf(QuestTransition transition)
    {
        (string, string, uint) id = (transition.Tenant, transition.GameId, transition.DefinitionVersion);
        if (!_rules.TryGetValue(id, out GameRules? rules)
            && games.TryVersion(
                transition.Tenant, transition.GameId, transition.DefinitionVersion, out GamePublished? game))
        {
            rules = new GameRules(transition.DefinitionVersion, game.Definition.Rules.Select(rule => new RewardRule(
                rule.RuleId, rule.QuestId, (TransitionKind)rule.On, rule.Currency, rule.Amount)));
            _rules.Add(id, rules);
        }

        return rules;
    }
}
