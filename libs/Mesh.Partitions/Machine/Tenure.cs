using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>Where a tenure stands.</summary>
internal enum TenurePhase
{
    /// <summary>Its machine is being made from the database.</summary>
    Recovering,

    /// <summary>It decides and answers.</summary>
    Serving,

    /// <summary>
    /// It takes nothing new: what is decided is committed and acknowledged, then the partition is given up.
    /// </summary>
    Draining,

    /// <summary>It is over; whatever still arrives for it is dropped.</summary>
    Ended,
}

/// <summary>
/// One instance's hold on one partition, from the moment it took it to the moment it lost it or gave it up; or, when it
/// follows, its view of a partition that another one owns. Everything in memory belongs to a tenure and ends with it.
/// </summary>
internal sealed class Tenure
{
    private readonly IInstanceIo _io;
    private readonly IReadOnlyList<string> _lanes;
    private readonly Action<Tenure, string> _failed;
    private readonly int[] _assignments;
    private readonly HashSet<Call> _calls = [];
    private PartitionMachine? _machine;
    private bool _writingStates;
    private bool _paused;
    private long _checkpointedAt;
    private long _drainUntil;

    /// <param name="partition">The partition.</param>
    /// <param name="epoch">What its commits are fenced by.</param>
    /// <param name="takenAt">The newest request that cannot know of it.</param>
    /// <param name="follows">It folds what the owner decides.</param>
    /// <param name="io">The world.</param>
    /// <param name="lanes">The topics that it reads.</param>
    /// <param name="failed">Called with the reason when it cannot go on.</param>
    public Tenure(
        int partition, long epoch, long takenAt, bool follows, IInstanceIo io, IReadOnlyList<string> lanes,
        Action<Tenure, string> failed)
    {
        (Partition, Epoch, TakenAt, Follows) = (partition, epoch, takenAt, follows);
        (_io, _lanes, _failed) = (io, lanes, failed);
        _assignments = new int[lanes.Count];
    }

    public int Partition { get; }

    /// <summary>What its commits are fenced by.</summary>
    public long Epoch { get; }

    /// <summary>Requests up to this one cannot know of this tenure.</summary>
    public long TakenAt { get; }

    /// <summary>It folds what the owner decides, and commits nothing.</summary>
    public bool Follows { get; }

    /// <summary>When its last commit began.</summary>
    public long CommitBeganAt { get; set; } = long.MinValue / 2;

    public TenurePhase Phase { get; private set; }

    public bool IsOver => Phase == TenurePhase.Ended;

    public bool IsServing => Phase == TenurePhase.Serving;

    /// <summary>The machine; there is none while it recovers.</summary>
    public PartitionMachine Machine => _machine!;

    /// <summary>It has a machine, and is not over.</summary>
    public bool IsActive => Phase is TenurePhase.Serving or TenurePhase.Draining;

    /// <summary>Begins to serve with a machine made from the database.</summary>
    public void Serve(PartitionMachine machine, IPartitionProcessor? before)
    {
        _machine = machine;
        _checkpointedAt = _io.Now;
        Phase = TenurePhase.Serving;
        machine.Processor.Started(before);
        for (int lane = 0; lane < _lanes.Count; lane++)
        {
            InputPlace from = machine.Next.TryGetValue((_lanes[lane], Partition), out InputPlace known)
                ? known
                : new InputPlace(Bus.TopicStart.Beginning, null);
            _assignments[lane] = _io.Assign(lane, Partition, from);
        }

        Send();
    }

    /// <summary>A record arrives, fetched under an assignment, perhaps an earlier tenure's.</summary>
    public void Accept(int lane, int assignment, in Arrival arrival)
    {
        if (!IsServing || _assignments[lane] != assignment)
        {
            return;
        }

        Machine.Accept(arrival, _io.Now);
        Settle();
    }

    /// <summary>Runs a command or a query once what it needs is in memory.</summary>
    public void Execute(Call call)
    {
        _calls.Add(call);
        Machine.Execute(
            call.Streams,
            (processor, appender) => call.Run(processor, appender),
            committed =>
            {
                _calls.Remove(call);
                call.Answer(committed);
            });
    }

    /// <summary>Goes on with what waited for something outside.</summary>
    public void Retry()
    {
        Machine.Retry(_io.Now);
        Settle();
    }

    /// <summary>Asks for what is missing in memory, writes what is to be saved, asks for what was lost.</summary>
    public void Turn()
    {
        if (Machine.TakeMissing() is { } streams)
        {
            ReadStates(streams);
        }

        Throttle();
        if (!Follows)
        {
            WriteStates();
            AskForGaps();
        }
    }

    /// <summary>Hands what is committed to the producers.</summary>
    public void Send()
    {
        while (!Follows && Machine.TryTakeToSend(out StoredEvent stored))
        {
            _io.Send(this, stored, counted: true);
        }
    }

    /// <summary>The oldest events sent to a target are acknowledged.</summary>
    public void Acknowledge(string topic, int partition, int count, long nextOffset)
    {
        if (!IsOver)
        {
            Machine.Acknowledge(topic, partition, count, nextOffset);
        }
    }

    /// <summary>
    /// Sends to a target again what followed a position. Newer events wait meanwhile, so that the chain stays in order.
    /// </summary>
    public void Resend(string topic, int topicPartition, long after, Action<int?> answered)
    {
        if (Machine.Hold(topic, topicPartition) is not { } through)
        {
            answered(0);
            return;
        }

        bool Wanted(StoredEvent stored) =>
            stored.Target is { } target && target.Topic == topic && target.Partition == topicPartition;
        _io.ReadEvents(Partition, after, through, Wanted, events =>
        {
            if (IsOver)
            {
                answered(null);
                return;
            }

            foreach (StoredEvent stored in events ?? [])
            {
                _io.Send(this, stored, counted: false);
            }

            Machine.Unhold(topic, topicPartition);
            Send();
            answered(events?.Count);
        });
    }

    /// <summary>Takes nothing new from now on, and waits so long for acknowledgements.</summary>
    public void Drain(long patienceMs)
    {
        if (IsServing)
        {
            Phase = TenurePhase.Draining;
            _drainUntil = _io.Now + patienceMs;
            Unassign();
        }
    }

    /// <summary>Everything that it decided is committed, and acknowledged as far as there was time.</summary>
    public bool IsDrained =>
        Phase == TenurePhase.Draining && !Machine.HasPage && !Machine.Committing
        && (!Machine.HasUnacknowledged || _io.Now >= _drainUntil) && !Machine.HasQuietProgress;

    /// <summary>Ends it: callers are told, and nothing that is under way has an effect any more.</summary>
    public void End(string reason, bool replaced = false)
    {
        if (IsOver)
        {
            return;
        }

        if (IsServing && !replaced)
        {
            Unassign();
        }

        Phase = TenurePhase.Ended;
        _io.Close(this);
        foreach (Call call in _calls.ToArray())
        {
            call.Fail(new PartitionUnavailableException(reason));
        }

        _calls.Clear();
    }

    private void Unassign()
    {
        for (int lane = 0; lane < _lanes.Count; lane++)
        {
            _io.Unassign(lane, Partition);
            _assignments[lane] = 0;
        }
    }

    // A record that cannot be decided leaves the machine in no state to go on.
    private void Settle()
    {
        if (Machine.Fault is { } fault)
        {
            _failed(this, $"{fault.Record}: {fault.Error}");
        }
        else if (Follows)
        {
            // A follower believes what it reads; the owner commits it.
            Machine.TakePage();
            Machine.Committed();
        }
    }

    // A partition that waits for something outside must not hold all that arrives meanwhile, nor stop the others.
    private void Throttle()
    {
        bool pause = Machine.Held >= (_paused ? 1 : Limits.HeldRecords);
        if (!IsServing || pause == _paused)
        {
            return;
        }

        _paused = pause;
        for (int lane = 0; lane < _lanes.Count; lane++)
        {
            _io.Pause(lane, Partition, pause);
        }
    }

    private void ReadStates(IReadOnlyCollection<string> streams) =>
        _io.ReadStates(Partition, streams, rows =>
        {
            if (IsOver)
            {
                return;
            }

            if (rows is null)
            {
                _failed(this, "Saved states cannot be read.");
                return;
            }

            if (!Follows && rows.Any(row => row.Position > Machine.CommittedHead))
            {
                _failed(this, "Another owner has saved states.");
                return;
            }

            HashSet<string> without = [.. streams];
            HashSet<string> damaged = [];
            foreach (SavedState state in SavedState.Group(rows, Machine.Processor.FoldVersion))
            {
                without.Remove(state.Stream);
                if (state.Usable)
                {
                    Machine.LoadState(state.Stream, state.Position, state.Parts);
                }
                else
                {
                    damaged.Add(state.Stream);
                }
            }

            foreach (string stream in without)
            {
                Machine.LoadState(stream, 0, []);
            }

            if (damaged.Count == 0)
            {
                Machine.StatesRead(_io.Now);
                Settle();
            }
            else
            {
                Rebuild(damaged);
            }
        });

    // A stream that is not in memory has no events but those that are committed.
    private void Rebuild(HashSet<string> streams)
    {
        _io.Report(Notice.Rebuilding, Partition, $"{streams.Count} saved states are damaged");
        long through = Machine.CommittedHead;
        _io.ReadEvents(Partition, 0, through, stored => streams.Contains(stored.Stream), events =>
        {
            if (IsOver)
            {
                return;
            }

            if (events is null)
            {
                _failed(this, "The log cannot be read.");
                return;
            }

            Machine.Rebuild(streams, events, through);
            Machine.StatesRead(_io.Now);
            Settle();
        });
    }

    private void WriteStates()
    {
        bool aged = _io.Now - _checkpointedAt >= Machine.CheckpointAge;
        if (_writingStates || Machine.TakeStates(aged) is not { } write)
        {
            return;
        }

        _writingStates = true;
        _io.WriteStates(write, written =>
        {
            _writingStates = false;
            if (!IsOver)
            {
                Machine.StatesWritten(written ?? false);
                _checkpointedAt = _io.Now;
            }
        });
    }

    private void AskForGaps()
    {
        if (Machine.Gaps.Count == 0)
        {
            return;
        }

        long now = _io.Now;
        foreach (OpenGap gap in Machine.Gaps.ToArray())
        {
            if (now - gap.Since < (long)Limits.GapPatience.TotalMilliseconds)
            {
                continue;
            }

            Machine.Asked(gap, now);
            OriginKey origin = gap.Origin;
            _io.Report(
                Notice.RecordLost,
                Partition,
                $"{origin.Topic}/{origin.TopicPartition} misses what followed position {gap.Last} of its origin");
            _io.AskResend(new ResendOrder(
                origin.Store, origin.Partition, origin.Topic, origin.TopicPartition, gap.Last));
        }
    }
}
