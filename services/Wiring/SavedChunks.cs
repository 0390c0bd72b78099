using Mesh.Partitions;

namespace Mesh.Wiring;

/// <summary>
/// Which full chunks of a stream are saved. Each becomes a part of its own, numbered from 1 in the order in which they
/// are saved, and is never written again. A stream may hold several lists of chunks, one a game.
/// </summary>
internal sealed class SavedChunks
{
    private int[] _saved = [];

    /// <summary>How many parts.</summary>
    public int Parts { get; private set; }

    /// <summary>Saves the chunks of a list that are full and not saved yet.</summary>
    /// <param name="list">The list's number in the stream, which stays the same for ever.</param>
    /// <param name="full">How many of its chunks are full.</param>
    /// <param name="write">Gives the bytes of a chunk.</param>
    /// <param name="to">Takes the parts.</param>
    public void Save(int list, int full, Func<int, byte[]> write, IStateWriter to)
    {
        for (int chunk = CountOf(list); chunk < full; chunk++)
        {
            byte[] bytes = write(chunk);
            Note(list);
            to.Write(Parts, bytes);
        }
    }

    /// <summary>A part was loaded: the next chunk of a list.</summary>
    public void Note(int list)
    {
        if (list >= _saved.Length)
        {
            Array.Resize(ref _saved, list + 1);
        }

        _saved[list]++;
        Parts++;
    }

    /// <summary>Checks that the parts are those that the head was written with: one head, and so many chunks.</summary>
    /// <exception cref="InvalidDataException">Parts are missing, or too many.</exception>
    public static void Check(string stream, IReadOnlyList<StatePart> parts, int wanted)
    {
        for (int i = 0; i < parts.Count; i++)
        {
            if (parts[i].Part != i || i > wanted)
            {
                throw new InvalidDataException($"Part {parts[i].Part} of stream '{stream}' is not the one expected.");
            }
        }

        if (parts.Count != wanted + 1)
        {
            throw new InvalidDataException($"Stream '{stream}' has {parts.Count} parts instead of {wanted + 1}.");
        }
    }

    private int CountOf(int list) => list < _saved.Length ? _saved[list] : 0;
}
