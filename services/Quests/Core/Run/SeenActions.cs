using Mesh.Remembered;

namespace Mesh.Quests.Core.Run;

/// <summary>Actions of a run, in the order in which they were answered.</summary>
/// <param name="ids">Their ids.</param>
/// <param name="contents">The hashes of their contents.</param>
public readonly ref struct SeenChunk(ReadOnlySpan<Guid> ids, ReadOnlySpan<ulong> contents)
{
    /// <summary>The actions of a full chunk.</summary>
    public const int Actions = RememberedIds.ChunkIds;

    /// <summary>Their ids.</summary>
    public ReadOnlySpan<Guid> Ids { get; } = ids;

    /// <summary>The hashes of their contents, in the same order.</summary>
    public ReadOnlySpan<ulong> Contents { get; } = contents;
}

/// <summary>
/// The action ids that a player's stream has answered in one game, with the hash of their contents: remembered for
/// ever, so 24 bytes each and little more.
/// </summary>
internal sealed class SeenActions
{
    private readonly RememberedIds ids = new();
    private List<ulong[]>? full;
    private ulong[] open = [];

    /// <summary>How many ids.</summary>
    public int Count => ids.Count;

    /// <summary>How many chunks are full: they never change again.</summary>
    public int FullChunks => ids.FullChunks;

    /// <summary>A chunk, in order; the one after the full ones holds the rest, and may be empty.</summary>
    public SeenChunk Chunk(int number)
    {
        ReadOnlySpan<Guid> chunk = ids.Chunk(number);
        return new SeenChunk(chunk, number < FullChunks ? full![number] : open.AsSpan(0, chunk.Length));
    }

    /// <summary>The contents that an id was seen with.</summary>
    public bool TryGet(Guid id, out ulong content)
    {
        int number = ids.Find(id);
        content = number < 0 ? 0
            : number / SeenChunk.Actions < FullChunks ? full![number / SeenChunk.Actions][number % SeenChunk.Actions]
            : open[number % SeenChunk.Actions];
        return number >= 0;
    }

    /// <summary>Remembers an id. One that is there already keeps its contents.</summary>
    public void Add(Guid id, ulong content)
    {
        int at = ids.Count % SeenChunk.Actions;
        if (!ids.Add(id))
        {
            return;
        }

        if (at == open.Length)
        {
            Array.Resize(ref open, Math.Max(4, open.Length * 2));
        }

        open[at] = content;
        if (at == SeenChunk.Actions - 1)
        {
            (full ??= []).Add(open);
            open = [];
        }
    }
}
