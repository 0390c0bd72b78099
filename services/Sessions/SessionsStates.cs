using Mesh.Partitions;
using Mesh.Sessions.Core.Windows;
using Mesh.Wiring;

namespace Mesh.Sessions;

/// <summary>
/// EDGE: streams to saved parts and back. The head holds the sessions and the newest action ids; full chunks of action
/// ids are parts of their own.
/// </summary>
internal sealed class SessionsStates
{
    private readonly StateBytes _bytes = new();

    public void Save(PlayerStream player, IStateWriter to)
    {
        for (int i = 0; i < player.Games.Count; i++)
        {
            PlayerSessions sessions = player.Games[i].Sessions;
            player.Saved.Save(
                i, sessions.FullChunks, chunk => _bytes.Add(i).Add(sessions.Chunk(chunk)).Take(), to);
        }

        _bytes.Add(player.Saved.Parts).Add(player.Games.Count);
        foreach ((string game, PlayerSessions sessions) in player.Games)
        {
            _bytes.Add(game).Add(sessions.Sessions.Count);
            foreach (Session session in sessions.Sessions)
            {
                _bytes.Add(session.Id).Add(session.FirstUs).Add(session.LastUs).Add(session.Actions);
            }

            _bytes.Add(sessions.Chunk(sessions.FullChunks));
        }

        to.Write(0, _bytes.Take());
    }

    public static void Load(PlayerStream empty, IReadOnlyList<StatePart> parts)
    {
        // 1. The head's sessions, without the newest ids: ids keep the order in which they came.
        StateReader head = new(parts[0].Bytes);
        SavedChunks.Check(empty.Name, parts, head.Count());
        int count = head.Count();
        List<(PlayerSessions Sessions, Guid[] Ids)> newest = new(count);
        for (int i = 0; i < count; i++)
        {
            PlayerSessions sessions = empty.Open(head.Text());
            for (int windows = head.Count(); windows > 0; windows--)
            {
                sessions.Restore(
                    new Session(head.Id(), head.Number(), head.Number(), checked((uint)head.Number())));
            }

            newest.Add((sessions, head.Ids()));
        }

        // 2. The full chunks.
        foreach (StatePart part in parts.Skip(1))
        {
            StateReader chunk = new(part.Bytes);
            int list = chunk.Count();
            newest[list].Sessions.Restore(chunk.Ids());
            empty.Saved.Note(list);
        }

        // 3. The newest.
        foreach ((PlayerSessions sessions, Guid[] ids) in newest)
        {
            sessions.Restore(ids);
        }
    }
}
