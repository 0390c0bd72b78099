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

    // Records come in runs of one topic partition and one origin: what the run has moved stays here, out of the
    // dictionaries, until another one is asked for.
    private (string Topic, int Partition)? _run;
    private long _runNext;
    private OriginKey? _runOrigin;
    private long _runPosition;

    /// <summary>The next offset of each topic partition that was read.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), long> Next
    {
        get
        {
            Settle();
            return _next;
        }
    }

    public void Load(byte[] column) => RowState.DecodeInputs(column, _next, _inbox);

    public byte[] Save()
    {
        Settle();
        return RowState.EncodeInputs(_next, _inbox);
    }

    /// <summary>Judges a record without taking note of it.</summary>
    public Admission Judge(string topic, int partition, long offset, in RecordOrigin? origin)
    {
        bool read = TryNext(topic, partition, out long next);
        if (read && offset < next)
        {
            return Admission.Repeat;
        }

        if (origin is not { } from)
        {
            return Admission.Apply;
        }

        if (TryLast(topic, partition, from, out long last))
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
        bool read = TryNext(topic, partition, out long next);
        if (!IsRun(topic, partition))
        {
            Settle();
            _run = (topic, partition);
        }

        _runNext = read ? Math.Max(next, offset + 1) : offset + 1;
        if (origin is { } from)
        {
            bool heard = TryLast(topic, partition, from, out long last);
            if (!IsRunOrigin(from))
            {
                SettleOrigin();
                _runOrigin = KeyOf(topic, partition, from);
            }

            _runPosition = heard ? Math.Max(last, (long)from.Position) : (long)from.Position;
        }
    }

    private bool TryNext(string topic, int partition, out long next)
    {
        next = _runNext;
        return IsRun(topic, partition) || _next.TryGetValue((topic, partition), out next);
    }

    private bool TryLast(string topic, int partition, in RecordOrigin from, out long last)
    {
        last = _runPosition;
        return (IsRun(topic, partition) && IsRunOrigin(from))
            || _inbox.TryGetValue(KeyOf(topic, partition, from), out last);
    }

    private bool IsRun(string topic, int partition) =>
        _run is { } run && run.Partition == partition && run.Topic == topic;

    private bool IsRunOrigin(in RecordOrigin from) =>
        _runOrigin is { } origin && origin.Store == from.Store && origin.Partition == from.Partition;

    private void Settle()
    {
        if (_run is { } run)
        {
            _next[run] = _runNext;
            _run = null;
        }

        SettleOrigin();
    }

    private void SettleOrigin()
    {
        if (_runOrigin is { } origin)
        {
            _inbox[origin] = _runPosition;
            _runOrigin = null;
        }
    }

    private static OriginKey KeyOf(string topic, int partition, in RecordOrigin from) =>
        new(topic, partition, from.Store, from.Partition);
}
