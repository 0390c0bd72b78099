using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>What recovery reads from the database.</summary>
internal interface IRecoverySource
{
    /// <summary>The position before the first of the log.</summary>
    long Origin { get; }

    Task<PartitionRow> ReadRowAsync(int partition, CancellationToken cancel);

    Task<StateSummary> SummarizeStatesAsync(int partition, CancellationToken cancel);

    Task<bool> ResetStatesAsync(int partition, long epoch, CancellationToken cancel);

    Task<PartitionSnapshot> ReadSnapshotAsync(int partition, int fewStates, CancellationToken cancel);

    IAsyncEnumerable<StateRow> ReadStatesAsync(int partition, CancellationToken cancel);

    Task<IReadOnlyList<StateRow>> ReadStatesAsync(
        int partition, IReadOnlyCollection<string> streams, CancellationToken cancel);

    IAsyncEnumerable<StoredEvent> ReadAsync(int partition, long from, long through, CancellationToken cancel);
}

/// <summary>
/// Makes a partition's machine from the database: (1) compare the saved states with what the row says of them, (2) load
/// those that are wanted at once, (3) fold the pages after the checkpoint. States that do not match are rebuilt from
/// the whole log. An owner reads it all in one round trip; a follower in an order in which an owner that goes on
/// committing does no harm.
/// </summary>
/// <param name="source">The database.</param>
/// <param name="partition">The partition.</param>
/// <param name="epoch">
/// The epoch under which it was taken: whoever has lost it since makes no machine. Null: to follow.
/// </param>
/// <param name="limits">What the machine may hold.</param>
/// <param name="bury">Where its records go that cannot be processed.</param>
internal sealed class Recovery(
    IRecoverySource source, int partition, long? epoch, MachineLimits limits,
    Func<DeadLetter, (EventTarget Target, byte[] Body)>? bury = null)
{
    private const int StreamsOfRead = 500;
    private const int FollowTries = 5;
    private readonly HashSet<string> _damaged = new(StringComparer.Ordinal);
    private readonly HashSet<string> _loaded = new(StringComparer.Ordinal);

    /// <summary>Why states were rebuilt; null: they were not.</summary>
    public string? Rebuilt { get; private set; }

    public async Task<PartitionMachine> RunAsync(Func<int, IPartitionProcessor> create, CancellationToken cancel)
    {
        PartitionMachine machine = new(partition, create(partition), limits, bury);
        if (epoch is { } mine)
        {
            await OwnAsync(machine, mine, cancel);
        }
        else
        {
            await FollowAsync(machine, cancel);
        }

        return machine;
    }

    private async Task OwnAsync(PartitionMachine machine, long mine, CancellationToken cancel)
    {
        // Only who owns it changes any of this: under the same epoch it is a picture of one moment.
        PartitionSnapshot read = await source.ReadSnapshotAsync(partition, limits.EagerStates, cancel);
        PartitionRow row = read.Row;
        ThrowIfLost(row.Epoch == mine);

        // 1.
        if (!IsUsable(row, read.Summary, machine.Processor.FoldVersion))
        {
            ThrowIfLost(await source.ResetStatesAsync(partition, mine, cancel));
            machine.Load(row with { Checkpoint = source.Origin });
            await FoldAsync(machine, source.Origin + 1, row.Head, cancel);
            return;
        }

        // 2.
        bool all = row.States <= limits.EagerStates;
        machine.Load(row, complete: all);
        Load(machine, read.Rows);

        // 3.
        if (!all)
        {
            await LoadTailAsync(machine, read.Tail, cancel);
        }

        await RebuildDamagedAsync(machine, row.Head, cancel);
        foreach (StoredEvent stored in read.Tail)
        {
            machine.Recover(stored);
        }
    }

    private async Task FollowAsync(PartitionMachine machine, CancellationToken cancel)
    {
        // 1.
        PartitionRow before;
        bool usable;
        int tries = 0;
        do
        {
            // The owner that is followed may have written rows between the two readings.
            before = await source.ReadRowAsync(partition, cancel);
            usable = IsUsable(
                before, await source.SummarizeStatesAsync(partition, cancel), machine.Processor.FoldVersion);
        }
        while (!usable && ++tries < FollowTries);

        // 2.
        List<StateRow> rows = [];
        if (usable)
        {
            await foreach (StateRow row in source.ReadStatesAsync(partition, cancel))
            {
                rows.Add(row);
            }
        }

        // Read again: the owner may have gone on, and what is loaded must not be ahead of the row.
        PartitionRow now = await source.ReadRowAsync(partition, cancel);
        long checkpoint = usable ? before.Checkpoint : source.Origin;
        machine.Load(now with { Checkpoint = checkpoint });
        Load(machine, rows);

        // 3.
        await RebuildDamagedAsync(machine, now.Head, cancel);
        await FoldAsync(machine, Math.Min(checkpoint, now.Relayed) + 1, now.Head, cancel);
    }

    private async Task FoldAsync(PartitionMachine machine, long from, long through, CancellationToken cancel)
    {
        await foreach (StoredEvent stored in source.ReadAsync(partition, from, through, cancel))
        {
            machine.Recover(stored);
        }
    }

    private void ThrowIfLost(bool owned)
    {
        if (!owned)
        {
            throw new InvalidOperationException($"Partition {partition} was taken while it was recovered.");
        }
    }

    private bool IsUsable(PartitionRow row, StateSummary summary, int version)
    {
        Rebuilt = summary.Rows != row.States ? $"{row.States} saved states are expected and {summary.Rows} are there"
            : summary.Rows > 0 && (summary.MinFold != version || summary.MaxFold != version)
                ? $"states of versions {summary.MinFold} to {summary.MaxFold} are there and {version} is needed"
            : null;
        return Rebuilt is null;
    }

    // The tail is bounded by the checkpoints; the states of its streams must be there before it is folded.
    private async Task LoadTailAsync(
        PartitionMachine machine, IReadOnlyList<StoredEvent> tail, CancellationToken cancel)
    {
        HashSet<string> streams = new(StringComparer.Ordinal);
        foreach (StoredEvent stored in tail)
        {
            if (stored.Position > machine.Checkpoint && !_loaded.Contains(stored.Stream))
            {
                streams.Add(stored.Stream);
            }
        }

        foreach (string[] some in streams.Chunk(StreamsOfRead))
        {
            Load(machine, await source.ReadStatesAsync(partition, some, cancel));
            foreach (string stream in some.Where(stream => !_loaded.Contains(stream)))
            {
                machine.LoadState(stream, 0, []);
            }
        }
    }

    private async Task RebuildDamagedAsync(PartitionMachine machine, long through, CancellationToken cancel)
    {
        if (_damaged.Count == 0)
        {
            return;
        }

        Rebuilt = $"{_damaged.Count} saved states are damaged";
        List<StoredEvent> events = [];
        await foreach (StoredEvent stored in source.ReadAsync(partition, source.Origin + 1, through, cancel))
        {
            if (_damaged.Contains(stored.Stream))
            {
                events.Add(stored);
            }
        }

        machine.Rebuild(_damaged, events, through);
    }

    private void Load(PartitionMachine machine, IReadOnlyList<StateRow> rows)
    {
        foreach (SavedState state in SavedState.Group(rows, machine.Processor.FoldVersion))
        {
            _loaded.Add(state.Stream);
            if (state.Usable)
            {
                machine.LoadState(state.Stream, state.Position, state.Parts);
            }
            else
            {
                _damaged.Add(state.Stream);
            }
        }
    }
}

/// <summary>The rows of one stream's state, together.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Position">What the head has folded.</param>
/// <param name="Parts">All parts, in order.</param>
/// <param name="Usable">All parts are there, whole, and of the fold that reads them.</param>
internal sealed record SavedState(string Stream, long Position, IReadOnlyList<StatePart> Parts, bool Usable)
{
    /// <summary>Groups rows that come in the order of stream and part.</summary>
    public static IEnumerable<SavedState> Group(IReadOnlyList<StateRow> rows, int foldVersion)
    {
        for (int i = 0; i < rows.Count;)
        {
            int first = i;
            bool usable = rows[i].Part == 0;
            while (i < rows.Count && rows[i].Key == rows[first].Key)
            {
                usable &= !rows[i].Damaged && rows[i].Fold == foldVersion && rows[i].Part == i - first;
                i++;
            }

            StatePart[] parts = [.. rows.Skip(first).Take(i - first).Select(row => new StatePart(row.Part, row.Bytes))];
            yield return new SavedState(rows[first].Key, rows[first].Position, parts, usable);
        }
    }
}
