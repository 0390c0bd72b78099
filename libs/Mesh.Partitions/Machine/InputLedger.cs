using System.Runtime.InteropServices;
using Mesh.Bus;

namespace Mesh.Partitions.Machine;

/// <summary>What a partition does with a record that it is given.</summary>
internal enum Admission
{
    /// <summary>New: decide it.</summary>
    Apply,

    /// <summary>Read or applied before: skip it.</summary>
    Repeat,

    /// <summary>A record that the same origin sent before this one is missing.</summary>
    Gap,
}

/// <summary>
/// How far a partition has read: the next offset of each topic partition, and for each origin the last position
/// applied. An origin repeats a record when its producer starts over; the chain of `previous` tells when one is
/// missing.
/// </summary>
internal sealed class InputLedger
{
    private readonly Dictionary<(string Topic, int Partition), long> _next = [];
    private readonly Dictionary<OriginKey, long> _inbox = [];

    /// <summary>The next offset of each topic partition that was read.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long> Next => _next;

    public void Load(byte[] column) => RowState.DecodeInputs(column, _next, _inbox);

    public byte[] Save() => RowState.EncodeInputs(_next, _inbox);

    /// <summary>Judges a record without taking note of it.</summary>
    public Admission Judge(string topic, int partition, long offset, in RecordOrigin? origin)
    {
        bool read = _next.TryGetValue((topic, partition), out long next);
        if (read && offset < next)
        {
            return Admission.Repeat;
        }

        if (origin is not { } from)
        {
            return Admission.Apply;
        }

        if (_inbox.TryGetValue(KeyOf(topic, partition, from), out long last))
        {
            return (long)from.Position <= last ? Admission.Repeat
                : (long)from.Previous <= last ? Admission.Apply
                : Admission.Gap;
        }

        // An origin never heard before starts at its first record, or where the topic's retention lets the log begin.
        return from.Previous == 0 || !read ? Admission.Apply : Admission.Gap;
    }

    /// <summary>Takes note of a record that was decided or skipped.</summary>
    public void Note(string topic, int partition, long offset, in RecordOrigin? origin)
    {
        ref long next = ref CollectionsMarshal.GetValueRefOrAddDefault(_next, (topic, partition), out _);
        next = Math.Max(next, offset + 1);
        if (origin is { } from)
        {
            OriginKey heard = KeyOf(topic, partition, from);
            ref long last = ref CollectionsMarshal.GetValueRefOrAddDefault(_inbox, heard, out _);
            last = Math.Max(last, (long)from.Position);
        }
    }

    private static OriginKey KeyOf(string topic, int partition, in RecordOrigin from) =>
        new(topic, partition, from.Store, from.Partition);
}
