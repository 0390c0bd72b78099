using System.Runtime.InteropServices;
using Mesh.Contracts;

namespace Mesh.Cli.Verify;

/// <summary>
/// The actions of one game as their topics hold them and as Quests answered them. Some 50 bytes for an action.
/// </summary>
internal sealed class ActionLedger
{
    private const byte InTopic = 0x80;
    private const byte Outcomes = 0x7f;

    private readonly Dictionary<Key, byte> _actions = [];
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);
    private readonly List<string> _players = [];
    private readonly List<int> _accepted = [];

    /// <summary>Distinct actions that the topics hold.</summary>
    internal long Accepted { get; private set; }

    /// <summary>Distinct actions that Quests has an outcome for.</summary>
    internal long Answered { get; private set; }

    /// <summary>Players with an action in the topics.</summary>
    internal int Players => _accepted.Count(actions => actions > 0);

    /// <summary>How many distinct actions of each player the topics hold.</summary>
    internal IEnumerable<(string Player, long Actions)> ByPlayer =>
        _players.Select((player, index) => (player, (long)_accepted[index]));

    internal void Accept(string player, ReadOnlySpan<byte> actionId)
    {
        int index = IndexOf(player);
        ref byte state = ref StateOf(index, actionId);
        if ((state & InTopic) == 0)
        {
            state |= InTopic;
            _accepted[index]++;
            Accepted++;
        }
    }

    internal void Answer(string player, ReadOnlySpan<byte> actionId)
    {
        ref byte state = ref StateOf(IndexOf(player), actionId);
        Answered += (state & Outcomes) == 0 ? 1 : 0;
        state += (byte)((state & Outcomes) < Outcomes ? 1 : 0);
    }

    /// <summary>Names every action that does not have exactly one outcome.</summary>
    /// <param name="into">Where to.</param>
    /// <param name="mayBeOlder">Whether a player's actions may have left their topics by retention.</param>
    internal void Compare(Differences into, Func<string, bool> mayBeOlder)
    {
        foreach ((Key key, byte state) in _actions)
        {
            int outcomes = state & Outcomes;
            bool inTopic = (state & InTopic) != 0;
            string player = _players[key.Player];
            if (inTopic && outcomes == 0)
            {
                into.Add($"player {player}: action {key.Id} was accepted and has no outcome in Quests");
            }
            else if (!inTopic && !mayBeOlder(player))
            {
                into.Add($"player {player}: action {key.Id} has an outcome in Quests and is in no topic");
            }

            if (outcomes > 1)
            {
                into.Add($"player {player}: action {key.Id} has {outcomes} outcomes in Quests");
            }
        }
    }

    private int IndexOf(string player)
    {
        ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_indexes, player, out bool known);
        if (!known)
        {
            index = _players.Count;
            _players.Add(player);
            _accepted.Add(0);
        }

        return index;
    }

    private ref byte StateOf(int player, ReadOnlySpan<byte> actionId) =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(_actions, new Key(player, Ids.FromBytes(actionId)), out _);

    private readonly record struct Key(int Player, Guid Id);
}
