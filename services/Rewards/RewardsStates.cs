using Mesh.Partitions;
using Mesh.Rewards.Core.Ledger;
using Mesh.Wiring;

namespace Mesh.Rewards;

/// <summary>
/// EDGE: streams to saved parts and back. The head holds the balances and the newest reward ids; full chunks of reward
/// ids are parts of their own.
/// </summary>
internal sealed class RewardsStates
{
    private readonly StateBytes _bytes = new();

    public void Save(PlayerStream player, IStateWriter to)
    {
        PlayerBook book = player.Book;
        player.Saved.Save(0, book.FullChunks, chunk => _bytes.Add(book.Chunk(chunk)).Take(), to);
        string[] games = [.. book.Games];
        _bytes.Add(player.Saved.Parts).Add(games.Length);
        foreach (string game in games)
        {
            Balance[] balances = book.Balances(game);
            _bytes.Add(game).Add(balances.Length);
            foreach (Balance balance in balances)
            {
                _bytes.Add(balance.Currency).Add(balance.Amount);
            }
        }

        to.Write(0, _bytes.Add(book.Chunk(book.FullChunks)).Take());
    }

    public static void Load(PlayerStream empty, IReadOnlyList<StatePart> parts)
    {
        StateReader head = new(parts[0].Bytes);
        SavedChunks.Check(empty.Name, parts, head.Count());
        for (int games = head.Count(); games > 0; games--)
        {
            string game = head.Text();
            for (int balances = head.Count(); balances > 0; balances--)
            {
                empty.Book.Restore(game, new Balance(head.Text(), head.Number()));
            }
        }

        // The newest ids are in the head, and come after all others.
        foreach (StatePart part in parts.Skip(1))
        {
            empty.Book.Restore(new StateReader(part.Bytes).Ids());
            empty.Saved.Note(0);
        }

        empty.Book.Restore(head.Ids());
    }
}
