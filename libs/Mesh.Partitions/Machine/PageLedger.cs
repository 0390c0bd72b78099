using System.Diagnostics;
using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>The page that fills, and the one whose commit is under way.</summary>
internal sealed class PageLedger
{
    private List<StoredEvent> _page = [];
    private List<StoredEvent>? _inFlight;
    private RecordId? _record;
    private int _decisions;
    private int _bytes;

    /// <summary>Events of a page; lowered to find one that the database refuses.</summary>
    public int Limit { get; set; }

    /// <summary>The last position decided, committed or not.</summary>
    public long Head { get; private set; }

    /// <summary>The last position that the database holds.</summary>
    public long CommittedHead { get; private set; }

    /// <summary>Events that no commit holds yet.</summary>
    public int Count => _page.Count;

    /// <summary>A commit is under way.</summary>
    public bool Committing => _inFlight is not null;

    /// <summary>The record that all of the page under way was decided from; null: there is no such one.</summary>
    public RecordId? CommittingRecord { get; private set; }

    public bool HasRoom => _page.Count < Limit && _bytes < Limits.PageBytes;

    public void Load(long head) => Head = CommittedHead = head;

    /// <summary>Adds an event at the position after <see cref="Head"/>.</summary>
    public void Add(in StoredEvent stored)
    {
        Debug.Assert(stored.Position == Head + 1, "Positions are contiguous.");
        Head = stored.Position;
        _page.Add(stored);
        _bytes += stored.Body.Length;
    }

    /// <summary>Something was decided: from a record, or by a command.</summary>
    public void Decided(RecordId? record)
    {
        _record = record;
        _decisions++;
    }

    /// <summary>Takes the page for a commit.</summary>
    public IReadOnlyList<StoredEvent> Take()
    {
        Debug.Assert(_inFlight is null, "One commit of a partition is under way at a time.");
        _inFlight = _page;
        CommittingRecord = _decisions == 1 ? _record : null;
        (_page, _bytes, _record, _decisions) = ([], 0, null, 0);
        return _inFlight;
    }

    /// <summary>The page under way is durable.</summary>
    public IReadOnlyList<StoredEvent> Committed()
    {
        Debug.Assert(_inFlight is not null, "A commit was under way.");
        List<StoredEvent> committed = _inFlight;
        _inFlight = null;
        CommittedHead += committed.Count;
        return committed;
    }
}
