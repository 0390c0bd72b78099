using Mesh.EventStore;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Simulation.World;

/// <summary>One process of a service: its machine, its loop, and its ways to the world.</summary>
internal sealed class SimInstance : IInstanceIo
{
    private readonly SimWorld _world;
    private readonly SimService _service;
    private readonly Guid _id;
    private readonly int _foldVersion;
    private readonly Queue<Action> _mailbox = new();
    private readonly SimLanes _lanes;
    private long _runAt = long.MaxValue;
    private bool _woken;
    private Tenure? _closed;

    public SimInstance(SimWorld world, SimService service, string name, int foldVersion)
    {
        (_world, _service, Name, _foldVersion) = (world, service, name, foldVersion);
        _id = world.Dice.Id();
        _lanes = new SimLanes(world, this, service.Lanes);
        Producer = new SimProducer(world, service, this);
        Machine = new InstanceMachine(
            new InstanceIdentity(_id, Settings.Partitions, service.Lanes, Follows: false), this);
        RunBy(world.Clock.Now);
    }

    public string Name { get; }

    public Guid Id => _id;

    public InstanceMachine Machine { get; }

    public SimProducer Producer { get; }

    public bool IsDead { get; private set; }

    public bool IsStopping { get; private set; }

    /// <summary>It does nothing before.</summary>
    public long StalledUntil { get; private set; }

    public bool IsStalled => _world.Clock.Now < StalledUntil;

    public long Now => _world.Clock.Now;

    /// <summary>Something for the loop to do; null: only a turn.</summary>
    public void Post(Action? action)
    {
        if (!IsDead)
        {
            if (action is not null)
            {
                _mailbox.Enqueue(action);
            }

            RunBy(Now + _world.Dice.Below(2));
        }
    }

    public void Wake()
    {
        _woken = true;
        Post(null);
    }

    public void Crash()
    {
        IsDead = true;
        Producer.Die();
    }

    public void Stall(long until) => StalledUntil = until;

    public void GoOn()
    {
        StalledUntil = 0;
        RunBy(Now);
    }

    public void Stop(Action stopped)
    {
        IsStopping = true;
        Post(() => Machine.Stop(() =>
        {
            IsDead = true;
            Producer.Die();
            stopped();
        }));
    }

    // The earliest of the moments asked for stands; a turn asks for the next one itself.
    private void RunBy(long time)
    {
        time = Math.Max(time, StalledUntil);
        if (time < _runAt)
        {
            _runAt = time;
            _world.Clock.At(time, () => Run(time));
        }
    }

    private void Run(long time)
    {
        if (time != _runAt)
        {
            return;
        }

        _runAt = long.MaxValue;
        if (IsDead)
        {
            return;
        }

        if (IsStalled)
        {
            RunBy(StalledUntil);
            return;
        }

        bool again;
        do
        {
            while (!IsDead && _mailbox.TryDequeue(out Action? action))
            {
                action();
            }

            again = !IsDead && DecideBatch();
            Machine.Turn(_woken);
            _woken = false;
        }
        while (again);
        RunBy(Now + Math.Max(1, (long)Machine.UntilDue().TotalMilliseconds));
    }

    private bool DecideBatch()
    {
        if (!Machine.CanAccept || !_lanes.TryTake(out SimLanes.Batch batch))
        {
            return false;
        }

        foreach (Arrival arrival in batch.Records)
        {
            if (arrival.Origin is not null && _world.Checks.HasEffect(arrival.Partition, arrival))
            {
                _world.Coverage.Count(Happening.Repeat);
            }

            Machine.Accept(batch.Lane, batch.Assignment, arrival);
        }

        return true;
    }

    public void Beat(float[] rates, Action<Sight?> answered) =>
        Ask("beat", () => _service.Database.Beat(_id, rates), answered);

    public void Look(Action<Sight?> answered)
    {
        // Instances are read first, partitions by another statement.
        InstanceRow[] instances = [];
        _service.Database.When(_world, _world.Delay(), () =>
        {
            instances = _service.Database.Instances();
            Ask("look", () => new Sight(instances, _service.Database.Partitions()), answered);
        });
    }

    public void Take(PartitionOwner seen, long? counter, Action<TakeAnswer> answered) => Ask<TakeAnswer?>(
        "take",
        () => new TakeAnswer(_service.Database.Take(seen, counter, _id), Failed: false),
        answer => answered(answer ?? new TakeAnswer(null, Failed: true)),
        _world.FaultsOn && !_world.Settings.Calm && _world.Dice.Chance(30) ? _world.Dice.Below(150) : 0);

    public void Release(int partition, long epoch, Action done)
    {
        Violation.Unless(
            _closed!.Machine is null or { HasPage: false, Committing: false }, "11 release",
            $"{Name} gives {partition} up with something to commit");
        Ask<bool?>("release", () => _service.Database.Release(partition, _id, epoch), _ => done());
    }

    public void Leave(Action done) => Ask<bool?>(
        "leave",
        () =>
        {
            _service.Database.Leave(_id);
            return true;
        },
        _ => done());

    public void Forget(Guid instance, long counter) => Ask<bool?>(
        "forget",
        () =>
        {
            _service.Database.Forget(instance, counter);
            return true;
        },
        _ => { });

    public void Recover(int partition, long? epoch, Action<PartitionMachine?> answered) => Ask(
        "recover",
        () =>
        {
            Recovery recovery = new(
                new SimRecoverySource(_service.Database), partition, epoch, _world.Settings.Limits);
            Task<PartitionMachine> made = recovery.RunAsync(n => _service.Create(n, _foldVersion), default);
            Violation.Unless(made.IsCompleted, "world", "recovery waits for something");
            if (recovery.Rebuilt is not null)
            {
                _world.Coverage.Count(Happening.Rebuild);
            }

            return made.IsFaulted ? null : made.GetAwaiter().GetResult();
        },
        answered);

    public void Commit(IReadOnlyList<PageWrite> pages, Action<CommitAnswer?> answered) => Ask(
        "commit",
        () => _service.Database.Commit(_id, pages),
        answer =>
        {
            if (answer is null)
            {
                _world.Coverage.Count(Happening.UnknownCommit);
            }

            answered(answer);
        });

    public void ReadStates(
        int partition, IReadOnlyCollection<string> streams, Action<IReadOnlyList<StateRow>?> answered) =>
        Ask("read states", () => _service.Database.ReadStates(partition, streams), answered);

    public void ReadEvents(
        int partition, long after, long through, Predicate<StoredEvent> wanted,
        Action<IReadOnlyList<StoredEvent>?> answered) => Ask<IReadOnlyList<StoredEvent>>(
        "read events",
        () => [.. _service.Database.Read(partition, after + 1, through).Where(stored => wanted(stored))],
        answered,
        _world.FaultsOn && _world.Dice.Chance(30) ? _world.Dice.Below(800) : 0);

    public void WriteStates(StateWrite write, Action<bool?> answered) =>
        Ask<bool?>("write states", () => _service.Database.WriteStates(write), answered);

    public int Assign(int lane, int partition, InputPlace from) => _lanes.Assign(lane, partition, from);

    public void Unassign(int lane, int partition) => _lanes.Unassign(lane, partition);

    public void Pause(int lane, int partition, bool paused) => _lanes.Pause(lane, partition, paused);

    public void Send(Tenure tenure, in StoredEvent stored, bool counted) => Producer.Send(tenure, stored, counted);

    public void Close(Tenure tenure)
    {
        _closed = tenure;
        Producer.Close(tenure);
    }

    public void AskResend(ResendOrder order) => _world.AskResend(order);

    public void Report(Notice notice, int partition, string detail)
    {
        _world.Trace?.Add($"{Name}/{partition} {notice}: {detail}");
        switch (notice)
        {
            case Notice.RecordLost:
                _world.Coverage.Count(Happening.Gap);
                break;
            case Notice.Rebuilding:
                _world.Coverage.Count(Happening.Rebuild);
                break;
        }
    }

    // A request is applied later, and answered later still. When something is lost the answer says nothing, and the
    // request was applied, or never is, or is applied after that.
    private void Ask<T>(string what, Func<T> apply, Action<T?> answered, long slow = 0)
    {
        int fate = _world.FaultsOn && _world.Dice.Chance(_world.Settings.LostAnswers) ? _world.Dice.Between(1, 3) : 0;
        if (fate > 0)
        {
            _world.Coverage.Count(fate == 3 ? Happening.AppliedAfterAnswer : Happening.AnswerLost);
            _world.Trace?.Add($"{Name} will not hear of its {what} ({fate})");
        }

        if (fate is 1 or 3)
        {
            Answer(_world.Delay(), () => answered(default));
        }

        if (fate != 1)
        {
            long late = fate == 3 ? _world.Dice.Below(700) : slow;
            _service.Database.When(_world, late + _world.Delay(), () =>
            {
                T answer = apply();
                _world.Trace?.Request(this, what, answer);
                if (fate != 3)
                {
                    Answer(_world.Delay(), () => answered(fate == 0 ? answer : default));
                }
            });
        }
    }

    private void Answer(long delay, Action action) => _world.Clock.In(delay, () => Post(action));
}
