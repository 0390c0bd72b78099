using Mesh.EventStore;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Tests.Machine;

/// <summary>A database and a broker in memory, and another instance that only beats.</summary>
internal sealed class TwoInstances : IInstanceIo
{
    public const int Partitions = 4;
    public static readonly Guid Me = new("00000000-0000-0000-0000-000000000001");
    private static readonly Guid Other = new("00000000-0000-0000-0000-000000000002");
    private readonly PartitionOwner[] _owners =
        [.. Enumerable.Range(0, Partitions).Select(n => new PartitionOwner(n, null, 0))];
    private readonly Queue<Action> _answers = new();
    private readonly List<(Tenure Tenure, EventTarget Target)> _sent = [];
    private bool _otherIsThere;

    public long Now { get; private set; }

    public int Sent => _sent.Count;

    /// <summary>Every page that was committed.</summary>
    public List<PageWrite> Committed { get; } = [];

    /// <summary>Drives an instance for so long, ten milliseconds a turn.</summary>
    public void Run(InstanceMachine machine, long milliseconds)
    {
        for (long until = Now + milliseconds; Now < until;)
        {
            Now += 10;
            for (int left = _answers.Count; left > 0; left--)
            {
                _answers.Dequeue()();
            }

            machine.Turn(woken: false);
        }
    }

    /// <summary>Begins an instance, which then serves all partitions.</summary>
    public InstanceMachine Begin(bool keepsUnrelayed = false)
    {
        InstanceMachine machine = new(new InstanceIdentity(Me, Partitions, [], Follows: false, keepsUnrelayed), this);
        Run(machine, 1_000);
        Assert.All(machine.Owned, tenure => Assert.True(tenure is { IsServing: true }));
        return machine;
    }

    /// <summary>Has a partition decide an event that goes to a topic.</summary>
    public static void Append(InstanceMachine machine, int partition) => machine.Execute(partition, new Call(
        [], (processor, to) => ((CountingProcessor)processor).Count("a", to), _ => { }, e => throw e));

    public void OtherComes() => _otherIsThere = true;

    public void AcknowledgeAll()
    {
        foreach ((Tenure tenure, EventTarget target) in _sent)
        {
            tenure.Acknowledge(target.Topic, target.Partition, 1, 1);
        }

        _sent.Clear();
    }

    public void Beat(float[] rates, Action<Sight?> answered) => Look(answered);

    public void Look(Action<Sight?> answered) => _answers.Enqueue(() => answered(new Sight(
        [
            new InstanceRow(Me, "me", Now, new float[Partitions]),
            .. _otherIsThere ? [new InstanceRow(Other, "other", Now, new float[Partitions])]
                : (InstanceRow[])[],
        ],
        [.. _owners])));

    public void Take(PartitionOwner seen, long? counter, Action<TakeAnswer> answered) => _answers.Enqueue(() =>
    {
        _owners[seen.Partition] = new PartitionOwner(seen.Partition, Me, seen.Epoch + 1);
        answered(new TakeAnswer(seen.Epoch + 1, Failed: false));
    });

    public void Release(int partition, long epoch, Action done) => _answers.Enqueue(() =>
    {
        _owners[partition] = new PartitionOwner(partition, Other, epoch + 1);
        done();
    });

    public void Recover(int partition, long? epoch, Action<PartitionMachine?> answered) => _answers.Enqueue(() =>
    {
        PartitionMachine machine = new(
            partition, new CountingProcessor(_ => new EventTarget("topic", partition)));
        machine.Load(new PartitionRow(partition, epoch!.Value, 0, 0, [], [], 0, 0));
        answered(machine);
    });

    public void Commit(IReadOnlyList<PageWrite> pages, Action<CommitAnswer?> answered) => _answers.Enqueue(() =>
    {
        Committed.AddRange(pages);
        answered(new CommitAnswer([.. pages.Select(_ => CommitResult.Written)], null, null));
    });

    public void WriteStates(StateWrite write, Action<bool?> answered) => _answers.Enqueue(() => answered(true));

    public void Send(Tenure tenure, in StoredEvent stored, bool counted) => _sent.Add((tenure, stored.Target!));

    public void Leave(Action done) => done();

    public void Forget(Guid instance, long counter)
    {
    }

    public void ReadStates(
        int partition, IReadOnlyCollection<string> streams, Action<IReadOnlyList<StateRow>?> answered) =>
        throw new InvalidOperationException();

    public void ReadEvents(
        int partition, long after, long through, Predicate<StoredEvent> wanted,
        Action<IReadOnlyList<StoredEvent>?> answered) => throw new InvalidOperationException();

    public int Assign(int lane, int partition, InputPlace from) => 0;

    public void Unassign(int lane, int partition)
    {
    }

    public void Pause(int lane, int partition, bool paused)
    {
    }

    public void Close(Tenure tenure)
    {
    }

    public void AskResend(ResendOrder order)
    {
    }

    public void Report(Notice notice, int partition, string detail)
    {
    }
}
