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

/// <summary>A record that is missing, seen by the one after it.</summary>
/// <param name="Origin">Whose chain has the gap, and where.</param>
/// <param name="Last">The last position that arrived before it; 0: none.</param>
/// <param name="Offset">The offset of the first record that was skipped.</param>
/// <param name="Position">The last position that was skipped.</param>
/// <param name="Since">When it was seen, or asked for the last time, in milliseconds.</param>
internal sealed record OpenGap(OriginKey Origin, long Last, long Offset, long Position, long Since);

/// <summary>
/// How far a partition has read: the next offset of each topic partition, and for each origin the last position
/// applied. An origin repeats a record when its producer starts over; the chain of `previous` tells when one is
/// missing. What follows a gap is skipped, until the origin has sent it all again; the offset that is saved stays at
/// the first record that was skipped, so that a new owner meets the gap as well.
/// </summary>
internal sealed class InputLedger
{
    private readonly Dictionary<(string Topic, int Partition), InputPlace> _next = [];
    private readonly Dictionary<OriginKey, long> _inbox = [];
    private readonly Dictionary<OriginKey, OpenGap> _gaps = [];

    // Records come in runs of one topic partition and one origin: what the run has moved stays here, out of the
    // dictionaries, until another one is asked for.
    private (string Topic, int Partition)? _run;
    private long _runNext;
    private byte[]? _runLast;
    private OriginKey? _runOrigin;
    private long _runPosition;

    /// <summary>How far each topic partition was read.</summary>
    public IReadOnlyDictionary<(string Topic, int Partition), InputPlace> Next
    {
        get
        {
            Settle();
            return _next;
        }
    }

    public void Load(byte[] column) => RowState.DecodeInputs(column, _next, _inbox);

    /// <summary>The gaps that are not filled yet.</summary>
    public IReadOnlyCollection<OpenGap> Gaps => _gaps.Values;

    public byte[] Save()
    {
        Settle();
        if (_gaps.Count == 0)
        {
            return RowState.EncodeInputs(_next, _inbox);
        }

        Dictionary<(string Topic, int Partition), InputPlace> next = new(_next);
        foreach (OpenGap gap in _gaps.Values)
        {
            (string, int) topic = (gap.Origin.Topic, gap.Origin.TopicPartition);
            if (gap.Offset < next[topic].Next)
            {
                next[topic] = new InputPlace(gap.Offset, null);
            }
        }

        return RowState.EncodeInputs(next, _inbox);
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

        // An origin never heard before starts at its first record, or where retention has cut the log.
        return from.Previous == 0 || (!read && offset > 0) ? Admission.Apply : Admission.Gap;
    }

    /// <summary>Takes note of a record that cannot be applied, because one before it is missing.</summary>
    public void NoteGap(in Arrival arrival, long now)
    {
        (string topic, int partition, RecordOrigin from) = (arrival.Topic, arrival.Partition, arrival.Origin!.Value);
        OriginKey key = KeyOf(topic, partition, from);
        TryLast(topic, partition, from, out long last);
        NoteOffset(arrival);
        long position = (long)from.Position;
        _gaps[key] = _gaps.TryGetValue(key, out OpenGap? gap)
            ? gap with { Position = Math.Max(gap.Position, position) }
            : new OpenGap(key, last, arrival.Offset, position, now);
    }

    /// <summary>A gap was reported; it is asked for again when it is still open some time after.</summary>
    public void Asked(OpenGap gap, long now) => _gaps[gap.Origin] = gap with { Since = now };

    /// <summary>Takes note of a record that was decided or skipped.</summary>
    public void Note(in Arrival arrival)
    {
        NoteOffset(arrival);
        if (arrival.Origin is { } from)
        {
            (string topic, int partition) = (arrival.Topic, arrival.Partition);
            bool heard = TryLast(topic, partition, from, out long last);
            if (!IsRunOrigin(from))
            {
                SettleOrigin();
                _runOrigin = KeyOf(topic, partition, from);
            }

            _runPosition = heard ? Math.Max(last, (long)from.Position) : (long)from.Position;
            if (_gaps.Count > 0)
            {
                CloseGap(KeyOf(topic, partition, from), _runPosition);
            }
        }
    }

    private void NoteOffset(in Arrival arrival)
    {
        // Where nothing was read yet, the next offset is 0.
        TryNext(arrival.Topic, arrival.Partition, out long next);
        if (!IsRun(arrival.Topic, arrival.Partition))
        {
            Settle();
            _run = (arrival.Topic, arrival.Partition);
            _runNext = next;
        }

        if (arrival.Offset >= next)
        {
            _runNext = arrival.Offset + 1;
            _runLast = arrival.Value;
        }
    }

    // Filled when all that was skipped has come again: a repetition that ends early is asked for once more.
    private void CloseGap(in OriginKey key, long position)
    {
        if (!_gaps.TryGetValue(key, out OpenGap? gap))
        {
            return;
        }

        if (position >= gap.Position)
        {
            _gaps.Remove(key);
        }
        else
        {
            _gaps[key] = gap with { Last = position };
        }
    }

    private bool TryNext(string topic, int partition, out long next)
    {
        if (IsRun(topic, partition))
        {
            next = _runNext;
            return true;
        }

        bool read = _next.TryGetValue((topic, partition), out InputPlace place);
        next = place.Next;
        return read;
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
            if (_runLast is { } last)
            {
                _next[run] = new InputPlace(_runNext, RecordChecksum.Of(last));
            }

            (_run, _runLast) = (null, null);
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
