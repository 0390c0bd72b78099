using Mesh.EventStore;
using Mesh.Partitions.Machine;
using Xunit;

namespace Mesh.Partitions.Tests.Machine;

/// <summary>When a peer whose counter stands still is held for dead.</summary>
public sealed class OwnershipTests
{
    private static readonly Guid Me = Guid.Parse("00000000-0000-0000-0000-000000000001");
    private static readonly Guid Peer = Guid.Parse("00000000-0000-0000-0000-000000000002");

    [Fact]
    public void Looks_OnABusyMachine_AStillPeerIsDeadAfterFewOfThem()
    {
        Watcher watcher = new();
        watcher.See(counter: 7, after: 0);
        for (int look = 0; look < 3; look++)
        {
            watcher.See(counter: 7, after: 300);
            Assert.True(watcher.Ownership.IsAlive(Peer));
        }

        watcher.See(counter: 7, after: 300);

        Assert.False(watcher.Ownership.IsAlive(Peer));
    }

    [Fact]
    public void Looks_AroundAStallOfTheDatabase_EvenASlowPeerLives()
    {
        Watcher watcher = new();
        watcher.See(counter: 7, after: 0);
        watcher.See(counter: 7, after: 125);
        watcher.See(counter: 7, after: 125);
        watcher.See(counter: 7, after: 125);

        watcher.See(counter: 7, after: 2_000);
        Assert.True(watcher.Ownership.IsAlive(Peer));
        watcher.See(counter: 8, after: 60);

        Assert.True(watcher.Ownership.IsAlive(Peer));
    }

    [Fact]
    public void Looks_AlwaysFurtherApartThanTheStillnessTheyLookFor_ComeToAnEndAllTheSame()
    {
        Watcher watcher = new();
        watcher.See(counter: 7, after: 0);
        int looks = 0;
        while (watcher.Ownership.IsAlive(Peer) && looks < 100)
        {
            watcher.See(counter: 7, after: 600);
            looks++;
        }

        Assert.Equal(16, looks);
    }

    /// <summary>An instance that sees what a test says, when the test says so.</summary>
    private sealed class Watcher
    {
        private readonly Answers _io = new();

        public Watcher() => Ownership = new Ownership(Me, partitions: 1, _io, () => [0], (_, _) => { });

        public Ownership Ownership { get; }

        public void See(long counter, long after)
        {
            _io.Now = Math.Max(_io.Now, Ownership.NextDue);
            Ownership.Turn();
            _io.Now = _io.LastSight + after;
            _io.LastSight = _io.Now;
            _io.Answer!(new Sight(
                [new InstanceRow(Me, "here", 1, [0]), new InstanceRow(Peer, "there", counter, [0])],
                [new PartitionOwner(0, Peer, Epoch: 1)]));
        }
    }

    /// <summary>Beats and looks wait for their test; the rest is not asked here.</summary>
    private sealed class Answers : IInstanceIo
    {
        public long Now { get; set; }

        public long LastSight { get; set; }

        public Action<Sight?>? Answer { get; private set; }

        public void Beat(float[] rates, Action<Sight?> answered) => Answer = answered;

        public void Look(Action<Sight?> answered) => Answer = answered;

        public void Forget(Guid instance, long counter)
        {
        }

        public void Take(PartitionOwner seen, long? counter, Action<TakeAnswer> answered) => throw Unasked();

        public void Release(int partition, long epoch, Action done) => throw Unasked();

        public void Leave(Action done) => throw Unasked();

        public void Recover(int partition, long? epoch, Action<PartitionMachine?> answered) => throw Unasked();

        public void Commit(IReadOnlyList<PageWrite> pages, Action<CommitAnswer?> answered) => throw Unasked();

        public void ReadStates(
            int partition, IReadOnlyCollection<string> streams, Action<IReadOnlyList<StateRow>?> answered) =>
            throw Unasked();

        public void ReadEvents(
            int partition, long after, long through, Predicate<StoredEvent> wanted,
            Action<IReadOnlyList<StoredEvent>?> answered) => throw Unasked();

        public void WriteStates(StateWrite write, Action<bool?> answered) => throw Unasked();

        public int Assign(int lane, int partition, InputPlace from) => throw Unasked();

        public void Unassign(int lane, int partition) => throw Unasked();

        public void Pause(int lane, int partition, bool paused) => throw Unasked();

        public void Send(Tenure tenure, in StoredEvent stored, bool counted) => throw Unasked();

        public void Close(Tenure tenure) => throw Unasked();

        public void AskResend(ResendOrder order) => throw Unasked();

        public void Report(Notice notice, int partition, string detail) => throw Unasked();

        private static InvalidOperationException Unasked() => new("Watching asks for nothing else.");
    }
}
