using Google.Protobuf;
using Mesh.Partitions;
using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Door;
using Mesh.Quests.Core.Run;
using Mesh.Wiring;

namespace Mesh.Quests;

/// <summary>
/// EDGE: streams to saved parts and back. A player's head holds the runs and the newest action ids; full chunks of
/// action ids are parts of their own. Of a game and of a door policy each version is a part.
/// </summary>
internal sealed class QuestsStates
{
    private readonly StateBytes _bytes = new();

    public void Save(PlayerStream player, IStateWriter to)
    {
        IReadOnlyList<GameRun> runs = player.State.Games;
        for (int i = 0; i < runs.Count; i++)
        {
            player.Saved.Save(i, runs[i].FullChunks, chunk => Chunk(i, runs[i].Chunk(chunk)), to);
        }

        _bytes.Add(player.Saved.Parts).Add(runs.Count);
        foreach (GameRun run in runs)
        {
            AddRun(run);
        }

        to.Write(0, _bytes.Take());
    }

    public static void Load(PlayerStream empty, IReadOnlyList<StatePart> parts)
    {
        // 1. The head's runs, without their newest ids: ids keep the order in which they came.
        StateReader head = new(parts[0].Bytes);
        SavedChunks.Check(empty.Name, parts, head.Count());
        int count = head.Count();
        List<(GameRun Run, Guid[] Ids, ulong[] Contents)> newest = new(count);
        for (int i = 0; i < count; i++)
        {
            newest.Add((ReadRun(empty.State, head), head.Ids(), head.Hashes()));
        }

        // 2. The full chunks.
        foreach (StatePart part in parts.Skip(1))
        {
            StateReader chunk = new(part.Bytes);
            int list = chunk.Count();
            newest[list].Run.Restore(new SeenChunk(chunk.Ids(), chunk.Hashes()));
            empty.Saved.Note(list);
        }

        // 3. The newest.
        foreach ((GameRun run, Guid[] ids, ulong[] contents) in newest)
        {
            run.Restore(new SeenChunk(ids, contents));
        }
    }

    public void Save(GameStream game, IStateWriter to)
    {
        while (game.Saved < game.State.Version)
        {
            game.Saved++;
            to.Write((int)game.Saved, QuestsEvents.ToContract(game.State.At((uint)game.Saved)!).ToByteArray());
        }

        to.Write(0, _bytes.Add(game.Saved).Take());
    }

    public static void Load(GameStream empty, IReadOnlyList<StatePart> parts)
    {
        SavedChunks.Check(empty.Name, parts, new StateReader(parts[0].Bytes).Count());
        foreach (StatePart part in parts.Skip(1))
        {
            Core.Catalog.GameDefinition definition = QuestsEvents.ToCore(
                Contracts.Events.V1.GameDefinition.Parser.ParseFrom(part.Bytes));
            empty.State.Evolve(new CatalogEvent.GamePublished((ulong)part.Part, definition));
            empty.Saved = (ulong)part.Part;
        }
    }

    // The first version is built in and not saved, so that a part's number is one less than its version.
    public void Save(DoorStream door, IStateWriter to)
    {
        while (door.Saved < door.State.Version)
        {
            door.Saved++;
            to.Write((int)door.Saved - 1, QuestsEvents.ToContract(door.State.At(door.Saved)!).ToByteArray());
        }

        to.Write(0, _bytes.Add(door.Saved - 1).Take());
    }

    public static void Load(DoorStream empty, IReadOnlyList<StatePart> parts)
    {
        SavedChunks.Check(empty.Name, parts, new StateReader(parts[0].Bytes).Count());
        foreach (StatePart part in parts.Skip(1))
        {
            empty.Saved = (uint)part.Part + 1;
            empty.State.Evolve(new DoorPolicyPublished(
                empty.Saved, QuestsEvents.ToCore(Contracts.Events.V1.DoorPolicy.Parser.ParseFrom(part.Bytes))));
        }
    }

    private byte[] Chunk(int list, SeenChunk chunk) => _bytes.Add(list).Add(chunk.Ids).Add(chunk.Contents).Take();

    private void AddRun(GameRun run)
    {
        _bytes.Add(run.GameId).Add(run.DefinitionVersion).Add(run.Version);
        _bytes.Add(run.Quests.Count);
        foreach ((string quest, bool completed, IReadOnlyCollection<string> steps) in run.Quests)
        {
            _bytes.Add(quest).Add(completed ? 1 : 0).Add(steps.Count);
            foreach (string step in steps)
            {
                _bytes.Add(step);
            }
        }

        _bytes.Add(run.Reused.Count);
        foreach ((Guid id, ulong content) in run.Reused)
        {
            _bytes.Add(id).Add(content);
        }

        SeenChunk newest = run.Chunk(run.FullChunks);
        _bytes.Add(newest.Ids).Add(newest.Contents);
    }

    private static GameRun ReadRun(PlayerState player, StateReader head)
    {
        GameRun run = player.Restore(head.Text(), checked((uint)head.Number()), (ulong)head.Number());
        for (int quests = head.Count(); quests > 0; quests--)
        {
            string quest = head.Text();
            bool completed = head.Number() == 1;
            string[] steps = new string[head.Count()];
            for (int i = 0; i < steps.Length; i++)
            {
                steps[i] = head.Text();
            }

            run.Restore(quest, completed, steps);
        }

        for (int reuses = head.Count(); reuses > 0; reuses--)
        {
            run.Restore(head.Id(), (ulong)head.Number());
        }

        return run;
    }
}
