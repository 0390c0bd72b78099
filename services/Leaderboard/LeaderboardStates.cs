using Mesh.Partitions;
using Mesh.Wiring;

namespace Mesh.Leaderboard;

/// <summary>EDGE: streams to saved parts and back. A player has few scores: the head holds them all.</summary>
internal sealed class LeaderboardStates
{
    private readonly StateBytes _bytes = new();

    public void Save(PlayerScores player, IStateWriter to)
    {
        _bytes.Add(player.Rewards).Add(player.Scores.Length);
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
        long rewards = head.Number();
        PlayerScore[] scores = new PlayerScore[head.Count()];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = new PlayerScore(head.Text(), head.Text(), head.Number(), head.Number());
        }

        empty.Restore(rewards, scores);
    }
}
