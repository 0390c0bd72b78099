using Mesh.EventStore;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Simulation.World;

/// <summary>
/// A service's database, each method one transaction: what PartitionedStore promises, and no more.
/// </summary>
internal sealed class SimDatabase(Coverage coverage, Checks checks, bool upstream)
{
    public const long Origin = 1L << EventStore.Limits.PositionBits;

    private readonly SortedDictionary<Guid, InstanceRow> _instances = [];
    private readonly Guid?[] _owners = new Guid?[Settings.Partitions];

    /// <summary>The partitions' rows.</summary>
    public PartitionRow[] Rows { get; } =
        [.. Each(n => new PartitionRow(n, 0, Origin, Origin, [], [], Origin, 0))];

    public List<StoredEvent>[] Logs { get; } = [.. Each(_ => new List<StoredEvent>())];

    public SortedDictionary<(string Key, int Part), StateRow>[] States { get; } =
        [.. Each(_ => new SortedDictionary<(string, int), StateRow>(ByKey.Order))];

    public bool IsUpstream => upstream;

    /// <summary>Nothing is applied before.</summary>
    public long StalledUntil { get; set; }

    /// <summary>Pages with an event of this stream are refused, with this SQLSTATE.</summary>
    public (string Stream, string SqlState)? Refuses { get; set; }

    public IReadOnlyList<Guid?> Owners => _owners;

    /// <summary>Does something when a request arrives; while the database stalls nothing does.</summary>
    public void When(SimWorld world, long delay, Action action) => world.Clock.In(delay, () =>
    {
        if (world.Clock.Now < StalledUntil)
        {
            When(world, StalledUntil - world.Clock.Now + world.Dice.Below(15), action);
        }
        else
        {
            action();
        }
    });

    public Sight Beat(Guid instance, float[] rates)
    {
        long counter = _instances.TryGetValue(instance, out InstanceRow? row) ? row.Counter : 0;
        _instances[instance] = new InstanceRow(instance, string.Empty, counter + 1, [.. rates]);
        return new Sight(Instances(), Partitions());
    }

    public InstanceRow[] Instances() => [.. _instances.Values];

    public PartitionOwner[] Partitions()
    {
        PartitionOwner[] partitions = new PartitionOwner[_owners.Length];
        for (int n = 0; n < partitions.Length; n++)
        {
            partitions[n] = new PartitionOwner(n, _owners[n], Rows[n].Epoch);
        }

        return partitions;
    }

    public long? Take(PartitionOwner seen, long? seenCounter, Guid owner)
    {
        int n = seen.Partition;
        long? counter = seen.Owner is { } rival && rival != owner && _instances.TryGetValue(rival, out InstanceRow? row)
            ? row.Counter
            : null;
        bool free = seen.Owner is null || seen.Owner == owner || counter == seenCounter;
        if (_owners[n] != seen.Owner || Rows[n].Epoch != seen.Epoch || !free)
        {
            coverage.Count(Happening.TakeRefused);
            return null;
        }

        checks.TakenFrom(this, n, owner);
        _owners[n] = owner;
        Rows[n] = Rows[n] with { Epoch = Rows[n].Epoch + 1 };
        coverage.Count(Happening.Take);
        checks.Taken(this, n, Rows[n].Epoch, owner);
        return Rows[n].Epoch;
    }

    public bool Release(int partition, Guid owner, long epoch)
    {
        if (_owners[partition] != owner || Rows[partition].Epoch != epoch)
        {
            return false;
        }

        coverage.Count(Happening.Release);
        _owners[partition] = null;
        return true;
    }

    public void Leave(Guid instance)
    {
        _instances.Remove(instance);
        for (int n = 0; n < _owners.Length; n++)
        {
            if (_owners[n] == instance)
            {
                _owners[n] = null;
            }
        }
    }

    public void Forget(Guid instance, long counter)
    {
        if (_instances.TryGetValue(instance, out InstanceRow? row) && row.Counter == counter
            && !_owners.Contains(instance))
        {
            coverage.Count(Happening.Forget);
            _instances.Remove(instance);
        }
    }

    public CommitAnswer Commit(Guid writer, IReadOnlyList<PageWrite> pages)
    {
        if (Refuses is { } refuses && pages.Any(p => p.Events.Any(e => e.Stream == refuses.Stream)))
        {
            coverage.Count(Happening.Refusal);
            return new CommitAnswer(null, refuses.SqlState, null);
        }

        CommitResult[] results = new CommitResult[pages.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = Commit(writer, pages[i]) ? CommitResult.Written : CommitResult.Fenced;
        }

        return new CommitAnswer(results, null, null);
    }

    private bool Commit(Guid writer, PageWrite page)
    {
        PartitionRow row = Rows[page.Partition];
        if (page.Epoch != row.Epoch || page.Head != row.Head)
        {
            coverage.Count(Happening.Fence);
            return false;
        }

        Rows[page.Partition] = row with
        {
            Head = page.Head + page.Events.Count,
            Relayed = page.Relayed,
            Inputs = page.Inputs,
            Sent = page.Sent,
        };
        Logs[page.Partition].AddRange(page.Events);
        coverage.Count(Happening.Commit);
        checks.Committed(this, writer, page);
        return true;
    }

    public bool WriteStates(StateWrite write)
    {
        PartitionRow row = Rows[write.Partition];
        if (write.Epoch != row.Epoch)
        {
            coverage.Count(Happening.StatesFenced);
            return false;
        }

        long inserted = 0;
        foreach (StateRow state in write.Rows)
        {
            bool exists = States[write.Partition].TryGetValue((state.Key, state.Part), out StateRow before);
            if (exists && before.Position > state.Position)
            {
                coverage.Count(Happening.StateRowNotBackwards);
                continue;
            }

            States[write.Partition][(state.Key, state.Part)] = state;
            inserted += exists ? 0 : 1;
        }

        Rows[write.Partition] = row with
        {
            Checkpoint = Math.Max(row.Checkpoint, write.Checkpoint),
            States = row.States + inserted,
        };
        coverage.Count(Happening.StatesWritten);
        checks.StatesWritten(this, write.Partition);
        return true;
    }

    public bool ResetStates(int partition, long epoch)
    {
        if (epoch != Rows[partition].Epoch)
        {
            return false;
        }

        States[partition].Clear();
        Rows[partition] = Rows[partition] with { Checkpoint = Origin, States = 0 };
        return true;
    }

    public IReadOnlyList<StateRow> ReadStates(int partition, IReadOnlyCollection<string> keys) =>
        [.. States[partition].Values.Where(row => keys.Contains(row.Key))];

    public IEnumerable<StoredEvent> Read(int partition, long from, long through)
    {
        List<StoredEvent> log = Logs[partition];
        long first = Math.Max(from - Origin - 1, 0);
        for (int i = (int)Math.Min(first, log.Count); i < log.Count && log[i].Position <= through; i++)
        {
            yield return log[i];
        }
    }

    private static IEnumerable<T> Each<T>(Func<int, T> make) => Enumerable.Range(0, Settings.Partitions).Select(make);

    private sealed class ByKey : IComparer<(string Key, int Part)>
    {
        public static readonly ByKey Order = new();

        public int Compare((string Key, int Part) x, (string Key, int Part) y)
        {
            int keys = string.CompareOrdinal(x.Key, y.Key);
            return keys != 0 ? keys : x.Part.CompareTo(y.Part);
        }
    }
}

/// <summary>Recovery reads the simulated database; nothing waits.</summary>
internal sealed class SimRecoverySource(SimDatabase database) : IRecoverySource
{
    public long Origin => SimDatabase.Origin;

    public Task<PartitionRow> ReadRowAsync(int partition, CancellationToken cancel) =>
        Task.FromResult(database.Rows[partition]);

    public Task<StateSummary> SummarizeStatesAsync(int partition, CancellationToken cancel)
    {
        SortedDictionary<(string Key, int Part), StateRow> states = database.States[partition];
        return Task.FromResult(states.Count == 0
            ? default
            : new StateSummary(states.Count, states.Values.Min(s => s.Fold), states.Values.Max(s => s.Fold)));
    }

    public Task<bool> ResetStatesAsync(int partition, long epoch, CancellationToken cancel) =>
        Task.FromResult(database.ResetStates(partition, epoch));

    public async Task<PartitionSnapshot> ReadSnapshotAsync(int partition, int fewStates, CancellationToken cancel)
    {
        PartitionRow row = database.Rows[partition];
        return new PartitionSnapshot(
            await SummarizeStatesAsync(partition, cancel),
            [.. database.States[partition].Values.Where(state => state.Pinned || row.States <= fewStates)],
            row,
            [.. database.Read(partition, Math.Min(row.Checkpoint, row.Relayed) + 1, row.Head)]);
    }

    public IAsyncEnumerable<StateRow> ReadStatesAsync(int partition, CancellationToken cancel) =>
        Now(database.States[partition].Values.ToArray());

    public Task<IReadOnlyList<StateRow>> ReadStatesAsync(
        int partition, IReadOnlyCollection<string> streams, CancellationToken cancel) =>
        Task.FromResult(database.ReadStates(partition, streams));

    public IAsyncEnumerable<StoredEvent> ReadAsync(int partition, long from, long through, CancellationToken cancel) =>
        Now(database.Read(partition, from, through));

#pragma warning disable CS1998 // What is there already is not awaited.
    private static async IAsyncEnumerable<T> Now<T>(IEnumerable<T> items)
    {
        foreach (T item in items)
        {
            yield return item;
        }
    }
#pragma warning restore CS1998
}
