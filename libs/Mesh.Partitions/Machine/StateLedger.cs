using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>
/// Which streams' states are in memory, which of them have changed since they were saved, and the rows that are to be
/// saved next. A changed state stays in memory until it is saved; an unchanged one may leave. States are captured as
/// they are decided, and written once all that they hold is committed.
/// </summary>
internal sealed class StateLedger(IPartitionProcessor processor, MachineLimits limits) : IStateWriter
{
    private readonly Dictionary<string, Resident> _resident = new(StringComparer.Ordinal);
    private readonly Queue<Resident> _leaving = new();
    private List<Resident> _changed = [];
    private Queue<Resident>? _round;
    private long _roundHead;
    private Slice? _slice;
    private List<StateRow> _rows = [];
    private Resident? _saving;
    private long _savingAt;

    /// <summary>All states of the partition are in memory: what is not there is new.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Everything up to here is in the saved rows.</summary>
    public long Checkpoint { get; private set; }

    public bool HasChanges => _changed.Count > 0 || _round is not null;

    public int Residents => _resident.Count;

    /// <summary>Begins with what the database says; some of the states stay there.</summary>
    public void Load(long checkpoint, bool complete) => (Checkpoint, IsComplete) = (checkpoint, complete);

    public bool IsResident(string stream)
    {
        if (_resident.TryGetValue(stream, out Resident? state))
        {
            state.Used = true;
            return true;
        }

        return IsComplete;
    }

    /// <summary>A state came back; or it was read, and there is none.</summary>
    public void Loaded(string stream, long position)
    {
        Resident state = Of(stream);
        state.Loaded = position;
    }

    /// <summary>The position up to which a stream's state was loaded; events up to it are in it.</summary>
    public long LoadedAt(string stream) => _resident.TryGetValue(stream, out Resident? state) ? state.Loaded : 0;

    /// <summary>An event has changed a stream's state.</summary>
    public void Change(string stream)
    {
        Resident state = Of(stream);
        if (!state.Changed)
        {
            state.Changed = true;
            _changed.Add(state);
        }
    }

    /// <summary>
    /// The next rows to write, when a round is due or under way: captured at <paramref name="head"/>, given out when
    /// that is <paramref name="committed"/>. One slice at a time.
    /// </summary>
    public (IReadOnlyList<StateRow> Rows, long Checkpoint)? Next(long head, long committed, bool due)
    {
        if (_slice is null)
        {
            if (_round is null && (!due || _changed.Count == 0))
            {
                return null;
            }

            Capture(head);
        }

        if (_slice!.Given || committed < _slice.At)
        {
            return null;
        }

        _slice.Given = true;
        return (_slice.Rows, _slice.Checkpoint);
    }

    /// <summary>The slice is written, or it failed and is given out again.</summary>
    public void Written(bool ok)
    {
        if (!ok)
        {
            _slice!.Given = false;
            return;
        }

        foreach (Resident state in _slice!.States)
        {
            state.Pending = false;
        }

        Checkpoint = _slice.Checkpoint;
        _slice = null;
    }

    /// <summary>Lets states leave that are above the limit, saved and not lately used.</summary>
    public void Shrink()
    {
        for (int tries = _leaving.Count; tries > 0 && _resident.Count > limits.ResidentStates; tries--)
        {
            Resident state = _leaving.Dequeue();
            if (state.Changed || state.Pending || state.Used)
            {
                state.Used = false;
                _leaving.Enqueue(state);
                continue;
            }

            processor.Unload(state.Stream);
            _resident.Remove(state.Stream);
            IsComplete = false;
        }
    }

    void IStateWriter.Write(int part, byte[] bytes) => _rows.Add(new StateRow(
        _saving!.Stream, part, _savingAt, processor.FoldVersion, _saving.Pinned, Damaged: false, bytes));

    // What a round has to save is what had changed when it began; a slice takes some of it as it is now.
    private void Capture(long head)
    {
        if (_round is null)
        {
            _round = new Queue<Resident>(_changed);
            _roundHead = head;
            _changed = [];
        }

        List<Resident> states = new(Math.Min(_round.Count, limits.SliceStates));
        _rows = new List<StateRow>(states.Capacity);
        _savingAt = head;
        while (states.Count < limits.SliceStates && _rows.Count < Limits.SliceRows
            && _round.TryDequeue(out Resident? state))
        {
            _saving = state;
            processor.Save(state.Stream, this);
            state.Changed = false;
            state.Pending = true;
            states.Add(state);
        }

        bool last = _round.Count == 0;
        _slice = new Slice(states, _rows, head, last ? _roundHead : Checkpoint);
        _rows = [];
        _round = last ? null : _round;
    }

    private Resident Of(string stream)
    {
        if (!_resident.TryGetValue(stream, out Resident? state))
        {
            state = new Resident(stream, processor.IsPinned(stream));
            _resident.Add(stream, state);
            if (!state.Pinned)
            {
                _leaving.Enqueue(state);
            }
        }

        state.Used = true;
        return state;
    }

    private sealed class Resident(string stream, bool pinned)
    {
        public string Stream => stream;

        public bool Pinned => pinned;

        /// <summary>It has changed since it was captured.</summary>
        public bool Changed { get; set; }

        /// <summary>It is captured and not written yet.</summary>
        public bool Pending { get; set; }

        public bool Used { get; set; }

        public long Loaded { get; set; }
    }

    private sealed record Slice(List<Resident> States, List<StateRow> Rows, long At, long Checkpoint)
    {
        public bool Given { get; set; }
    }
}
