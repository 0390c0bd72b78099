using Mesh.Contracts;
using Mesh.Contracts.Events.V1;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>Compares the order of each player's actions in the topics with that of their outcomes. No I/O.</summary>
internal sealed class ActionOrder
{
    private const int MostDifferences = 5;
    private readonly HashSet<(string Game, Guid Action)> _known = [];
    private readonly Dictionary<(string Game, Guid Action), (string Player, int Lane)> _undecided = [];
    private readonly Dictionary<(string Player, int Lane), Queue<(string Game, Guid Action)>> _expected = [];
    private readonly List<string> _differences = [];

    /// <summary>Different actions that arrived.</summary>
    internal long Arrived => _known.Count;

    /// <summary>A record of a lane's topic, in the topic's order.</summary>
    internal void Arrive(int lane, ActionAccepted action)
    {
        (string GameId, Guid) id = (action.GameId, Ids.FromBytes(action.ActionId.Span));
        if (!_known.Add(id))
        {
            return;
        }

        (string, int) player = ($"{action.Tenant}/{action.PlayerId}", lane);
        _undecided.Add(id, player);
        if (!_expected.TryGetValue(player, out Queue<(string, Guid)>? queue))
        {
            _expected[player] = queue = [];
        }

        queue.Enqueue(id);
    }

    /// <summary>A transition of the log, in the log's order.</summary>
    internal void Decide(QuestTransition transition)
    {
        if (!transition.Outcome)
        {
            return;
        }

        (string GameId, Guid) id = (transition.GameId, Ids.FromBytes(transition.ActionId.Span));
        if (!_undecided.Remove(id, out (string Player, int Lane) player))
        {
            Differ($"action {id} has an outcome but is in no topic, or has two outcomes.");
        }
        else if (_expected[player].Dequeue() != id)
        {
            Differ($"{player.Player}, lane {player.Lane}: the outcome of {id} does not come in the order of arrival.");
        }
    }

    /// <summary>What differs, once everything was told.</summary>
    internal IEnumerable<string> Differences()
    {
        foreach ((string Player, int Lane) late in _expected
            .Where(player => player.Value.Count > 0).Select(player => player.Key))
        {
            Differ($"{late.Player}, lane {late.Lane}: {_expected[late].Count} actions have no outcome in their turn.");
        }

        return _differences;
    }

    private void Differ(string difference)
    {
        if (_differences.Count < MostDifferences)
        {
            _differences.Add(difference);
        }
    }
}
