using Mesh.Partitions;
using Mesh.Wiring;

namespace Mesh.Leaderboard;

/// <summary>EDGE: streams to saved parts and back. A player has few scores: the head holds them all.</summary>
internal sealed class LeaderboardStates
{
    private readonly StateBytes _bytes = new();

    public void Save(PlayerScores player, IStateWriter to)
    {
        _bytes.Add(player.Position).Add(player.Scores.Length);
        foreach (PlayerScore score in player.Scores)
        {
            _bytes.Add(score.GameId).Add(score.Currency).Add(score.Score).Add(score.ReachedUs);
        }

        to.Write(0, _bytes.Take());
    }

    public static void Load(PlayerScores empty, IReadOnlyList<StatePart> parts)
    {
        SavedChunks.Check(empty.Name, parts, 0);
        StateReader head = new(parts[0].Bytes);
        empty.Position = head.Number();
        for (int scores = head.Count(); scores > 0; scores--)
        {
            empty.Restore(new PlayerScore(head.Text(), head.Text(), head.Number(), head.Number()));
        }
    }
}
