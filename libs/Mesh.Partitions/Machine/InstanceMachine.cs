using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>What an instance is told about itself.</summary>
/// <param name="Id">Its name, new with each process.</param>
/// <param name="Partitions">The number of the service's partitions.</param>
/// <param name="Lanes">The topics that it reads.</param>
/// <param name="Follows">It shows the partitions of others as well.</param>
/// <param name="KeepsUnrelayed">It gives no partition up for balance before all of it is relayed.</param>
internal sealed record InstanceIdentity(
    Guid Id, int Partitions, IReadOnlyList<string> Lanes, bool Follows, bool KeepsUnrelayed = false);

/// <summary>
/// One instance of a service without I/O: which partitions it owns, and what it does with them. Driven by one thread
/// at a time: answers of <see cref="IInstanceIo"/>, records and calls come in by its methods; <see cref="Turn"/> does
/// what follows.
/// </summary>
internal sealed class InstanceMachine
{
    private const long DrainPatience = 300;

    private readonly InstanceIdentity _identity;
    private readonly IInstanceIo _io;
    private readonly Ownership _ownership;
    private readonly CommitCycle _commits;
    private readonly Tenure?[] _owned;
    private readonly Tenure?[] _followed;
    private readonly IPartitionProcessor?[] _shown;
    private readonly Retry[] _retries;
    private readonly RateMeter _rates;
    private Action? _stopped;
    private int _taking;
    private bool _left;

    public InstanceMachine(InstanceIdentity identity, IInstanceIo io)
    {
        (_identity, _io) = (identity, io);
        _owned = new Tenure?[identity.Partitions];
        _followed = new Tenure?[identity.Partitions];
        _shown = new IPartitionProcessor?[identity.Partitions];
        _retries = [.. Enumerable.Range(0, identity.Partitions).Select(_ => new Retry())];
        _rates = new RateMeter(identity.Partitions);
        _ownership = new Ownership(
            identity.Id, identity.Partitions, io, () => _rates.Measure(_io.Now, _owned), OnSight);
        _commits = new CommitCycle(io, Fail);
        _commits.Refused += (tenure, reason) =>
            Note(tenure, _retries[tenure.Partition].Refused(tenure.Machine, reason));
    }

    /// <summary>The partitions that this instance owns, by number; null where it does not.</summary>
    public IReadOnlyList<Tenure?> Owned => _owned;

    /// <summary>Whether it may answer for what it owns.</summary>
    public bool IsFresh => _ownership.IsFresh;

    /// <summary>Who owns what, as it was seen last.</summary>
    public Sight? Seen => _ownership.Seen;

    /// <summary>Where a partition's owner answers; null: nowhere now, or here.</summary>
    public string? AddressOf(int partition) => _ownership.AddressOf(partition);

    /// <summary>There is room for another batch in every partition.</summary>
    public bool CanAccept => Array.TrueForAll(_owned, t => t is not { IsActive: true } || t.Machine.CanAccept);

    /// <summary>A partition waits for acknowledgements before it takes more.</summary>
    public bool AwaitsAcknowledgements =>
        Array.Exists(_owned, t => t is { IsActive: true } && t.Machine.HasUnacknowledged);

    /// <summary>The processor that shows a partition, its owner's or a follower's; null: there is none yet.</summary>
    public IPartitionProcessor? Shown(int partition) => _shown[partition];

    /// <summary>Does all that is due.</summary>
    /// <param name="woken">Something outside has changed that records may wait for.</param>
    public void Turn(bool woken)
    {
        if (_left)
        {
            return;
        }

        _ownership.Turn();
        foreach (Tenure tenure in Active())
        {
            if (woken || tenure.Machine.WantsRetry)
            {
                tenure.Retry();
            }

            tenure.Turn();
            tenure.Send();
        }

        _commits.Turn(_owned);
        ReleaseDrained();
    }

    /// <summary>How long nothing is due by time alone.</summary>
    public TimeSpan UntilDue()
    {
        long now = _io.Now;
        long due = Math.Min(_ownership.NextDue, now + (long)Limits.Beat.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Max(0, due - now));
    }

    /// <summary>A record arrives.</summary>
    public void Accept(int lane, int assignment, in Arrival arrival)
    {
        _owned[arrival.Partition]?.Accept(lane, assignment, arrival);
        _followed[arrival.Partition]?.Accept(lane, assignment, arrival);
    }

    /// <summary>Runs a command or a query of a partition.</summary>
    public void Execute(int partition, Call call)
    {
        if (_owned[partition] is { } tenure)
        {
            if (tenure.IsServing)
            {
                tenure.Execute(call);
            }
            else
            {
                call.Fail(new PartitionUnavailableException(
                    $"Partition {partition} is changing hands; try again in a moment."));
            }

            return;
        }

        call.Fail(new NotOwnerException(partition, _ownership.AddressOf(partition)));
    }

    /// <summary>Sends again what a reader misses; the answer is null when that is not possible now.</summary>
    public void Resend(ResendOrder order, Action<int?> answered)
    {
        if (_owned[order.Partition] is { IsServing: true } tenure)
        {
            tenure.Resend(order.Topic, order.TopicPartition, order.After, answered);
        }
        else
        {
            answered(null);
        }
    }

    /// <summary>A producer ended: what it did not acknowledge is sent again by the next one.</summary>
    public void SenderFailed(Predicate<string> topics)
    {
        foreach (Tenure tenure in Active())
        {
            tenure.Machine.Rewind(topics);
            tenure.Send();
        }
    }

    /// <summary>Gives everything up, in order; <paramref name="stopped"/> is called when that is done.</summary>
    public void Stop(Action stopped)
    {
        _stopped = stopped;
        foreach (Tenure? tenure in _owned)
        {
            tenure?.Drain(DrainPatience);
        }
    }

    /// <summary>Ends everything at once, as a crash would; what is not committed is decided again.</summary>
    public void Abort(string reason)
    {
        _left = true;
        foreach (Tenure tenure in _owned.Concat(_followed).OfType<Tenure>())
        {
            tenure.End(reason);
        }
    }

    private IEnumerable<Tenure> Active()
    {
        for (int n = 0; n < _owned.Length; n++)
        {
            if (_owned[n] is { IsActive: true } owned)
            {
                yield return owned;
            }

            if (_followed[n] is { IsActive: true } followed)
            {
                yield return followed;
            }
        }
    }

    private void OnSight(Sight sight, long request)
    {
        if (_left)
        {
            return;
        }

        for (int n = 0; n < _owned.Length; n++)
        {
            if (_owned[n] is { } tenure && tenure.TakenAt < request
                && (sight.Partitions[n].Owner != _identity.Id || sight.Partitions[n].Epoch != tenure.Epoch))
            {
                End(tenure, "Another instance took the partition.");
            }
        }

        if (_stopped is not null)
        {
            return;
        }

        Guid[] desired = _ownership.Desired();
        for (int n = 0; n < _owned.Length; n++)
        {
            Decide(sight.Partitions[n], desired[n]);
        }
    }

    private void Decide(PartitionOwner seen, Guid desired)
    {
        int n = seen.Partition;
        bool mine = seen.Owner == _identity.Id;
        if (_owned[n] is { } tenure)
        {
            if (mine && desired != _identity.Id && tenure.IsServing && _ownership.IsSettled
                && !(_identity.KeepsUnrelayed && tenure.Machine.Relayed < tenure.Machine.Head))
            {
                tenure.Drain(DrainPatience);
            }

            return;
        }

        bool free = seen.Owner is not { } owner || !_ownership.IsAlive(owner);
        if ((mine || (free && desired == _identity.Id)) && _retries[n].TryBegin(_io.Now))
        {
            Take(seen, mine ? null : _ownership.CounterOf(seen.Owner));
        }
        else if (_identity.Follows && !mine && _followed[n] is null && _retries[n].TryBegin(_io.Now))
        {
            Begin(
                new Tenure(n, seen.Epoch, long.MaxValue, follows: true, _io, _identity.Lanes, Fail), _followed);
        }
    }

    private void Take(PartitionOwner seen, long? counter)
    {
        _taking++;
        _io.Take(seen, counter, answer =>
        {
            _taking--;
            Taken(seen.Partition, answer);
        });
    }

    private void Taken(int n, TakeAnswer answer)
    {
        if (answer.Epoch is not { } epoch || _left || _owned[n] is not null)
        {
            // Not taken, or not known: the next sight tells.
            _retries[n].Ended(_io.Now, pause: answer.Failed);
            return;
        }

        // Requests sent up to now may have been answered before it was taken.
        Tenure tenure = new(n, epoch, _ownership.Requests, follows: false, _io, _identity.Lanes, Fail);
        if (_stopped is null)
        {
            Begin(tenure, _owned);
        }
        else
        {
            // It is given up before it begins.
            _owned[n] = tenure;
        }
    }

    private void Begin(Tenure tenure, Tenure?[] into)
    {
        int n = tenure.Partition;
        into[n] = tenure;
        _io.Recover(n, tenure.Follows ? null : tenure.Epoch, machine =>
        {
            if (tenure.IsOver || _stopped is not null)
            {
                return;
            }

            if (machine is null)
            {
                Fail(tenure, "The partition cannot be read.");
                return;
            }

            _retries[n].Prepare(machine);
            IPartitionProcessor? before = _shown[n];
            if (!tenure.Follows && _followed[n] is { } follower)
            {
                _followed[n] = null;
                follower.End("This instance owns the partition now.", replaced: true);
            }

            _shown[n] = machine.Processor;
            tenure.Serve(machine, before);
            _retries[n].Ended(_io.Now, pause: false);
            _io.Report(Notice.Serving, n, tenure.Follows ? "following" : $"epoch {tenure.Epoch}");
        });
    }

    private void Fail(Tenure tenure, string reason)
    {
        if (tenure.IsOver)
        {
            return;
        }

        if (!tenure.Follows && tenure.IsActive && tenure.Machine.Fault is { } fault)
        {
            Note(tenure, _retries[tenure.Partition].Failed(fault));
        }

        _retries[tenure.Partition].Ended(_io.Now, pause: true);
        _io.Report(Notice.StartingOver, tenure.Partition, reason);
        End(tenure, reason);
    }

    private void Note(Tenure tenure, Fault? buried)
    {
        if (buried is { } fault)
        {
            _io.Report(Notice.Buried, tenure.Partition, $"{fault.Record}: {fault.Error}");
        }
    }

    private void End(Tenure tenure, string reason)
    {
        int n = tenure.Partition;
        tenure.End(reason);
        _retries[n].Release();
        if (_owned[n] == tenure)
        {
            _owned[n] = null;
            _io.Report(Notice.Ended, n, reason);
        }
        else
        {
            _followed[n] = null;
        }
    }

    private void ReleaseDrained()
    {
        bool any = false;
        for (int n = 0; n < _owned.Length; n++)
        {
            if (_owned[n] is not { } tenure)
            {
                continue;
            }

            any = true;
            if (tenure.IsDrained || (_stopped is not null && tenure.Phase == TenurePhase.Recovering))
            {
                // Until it is known to be released nothing here takes it again.
                End(tenure, "The partition was given up.");
                _retries[n].Hold();
                _io.Release(n, tenure.Epoch, _retries[n].Release);
            }
        }

        if (_stopped is { } stopped && !any && _taking == 0 && _commits.IsIdle)
        {
            _left = true;
            _io.Leave(stopped);
        }
    }
}
