using System.Data;
using System.Runtime.CompilerServices;
using Mesh.EventStore.Machinery;
using Npgsql;

namespace Mesh.EventStore;

/// <summary>
/// A service's event store: a log in pages for each partition, in one PostgreSQL database. A commit writes the pages
/// of any number of partitions in one pipelined round trip and one flush; a partition whose epoch or head has moved
/// on writes nothing. Beside the log: who owns which partition, and state rows written behind it. Safe for concurrent
/// use. Every method throws <see cref="NpgsqlException"/> when the database cannot be reached or refuses; what a
/// failed or cancelled write has done is unknown, unless its method says more.
/// </summary>
public sealed class PartitionedStore : IAsyncDisposable
{
    // One beat at a time, and a look beside it.
    private const int BeatConnections = 2;
    private const string RefusedButAlive = "ERROR";
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource _beats;
    private readonly Ownership _ownership;
    private readonly StateTable _states;

    private PartitionedStore(
        NpgsqlDataSource source, NpgsqlDataSource beats, Guid storeId, int incarnation, int partitions)
    {
        _source = source;
        _beats = beats;
        _ownership = new Ownership(source, beats);
        _states = new StateTable(source);
        StoreId = storeId;
        Incarnation = incarnation;
        Partitions = partitions;
    }

    /// <summary>The store's name, made with its database.</summary>
    public Guid StoreId { get; }

    /// <summary>Rises when the database is restored: the upper 16 bits of each position.</summary>
    public int Incarnation { get; }

    /// <summary>The number of partitions.</summary>
    public int Partitions { get; }

    /// <summary>Opens the store; makes its tables and rows when they are missing.</summary>
    /// <param name="connectionString">An Npgsql connection string of an existing database.</param>
    /// <param name="partitions">How many partitions it has: fixed for ever.</param>
    /// <param name="cancel">Cancels opening.</param>
    /// <exception cref="NpgsqlException">The database cannot be reached, or refuses.</exception>
    /// <exception cref="InvalidOperationException">The store was made with another number of partitions.</exception>
    public static async Task<PartitionedStore> OpenAsync(
        string connectionString, int partitions, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partitions, Limits.Partitions);
        // Statements are few and hot: prepared on their second use. Batches are pipelined by the driver.
        NpgsqlConnectionStringBuilder settings = new(connectionString)
        {
            MaxAutoPrepare = 32,
            AutoPrepareMinUsages = 2,
            Timezone = "UTC",
            // Nothing that the store does leaves a connection changed, so that there is nothing to reset.
            NoResetOnClose = true,
        };
        NpgsqlDataSource source = NpgsqlDataSource.Create(settings);
        try
        {
            await Schema.CreateAsync(source, partitions, cancel);
            (Guid id, int incarnation) = await Schema.IdentifyAsync(source, cancel);
            settings.MaxPoolSize = BeatConnections;
            settings.MinPoolSize = 0;
            // That an instance lives is worth no flush: after a crash of the database it says so again.
            settings.Options = $"{settings.Options} -c synchronous_commit=off".TrimStart();
            NpgsqlDataSource beats = NpgsqlDataSource.Create(settings);
            return new PartitionedStore(source, beats, id, incarnation, partitions);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <summary>The position that stands before the first of the current incarnation.</summary>
    public long Origin => (long)Incarnation << Limits.PositionBits;

    /// <summary>
    /// Says that an instance lives, then looks. If the answer comes and shows the instance as a partition's owner, no
    /// take from it under the counter before this beat has succeeded or will. Not flushed: a crash of the database may
    /// take the beat back. Has connections of its own and waits for none of the other methods'.
    /// </summary>
    /// <param name="instance">The instance's id.</param>
    /// <param name="address">Where others reach it.</param>
    /// <param name="rates">Events a second, by partition; at most <see cref="Limits.Partitions"/>.</param>
    /// <param name="cancel">Cancelling leaves open whether the counter was raised.</param>
    public Task<Sight> BeatAsync(
        Guid instance, string address, float[] rates, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rates.Length, Limits.Partitions);
        return _ownership.BeatAsync(instance, address, rates, cancel);
    }

    /// <summary>All instances, and then all partitions' owners, as they are committed now.</summary>
    public Task<Sight> LookAsync(CancellationToken cancel = default) => _ownership.LookAsync(cancel);

    /// <summary>
    /// Takes a partition by one statement: names the owner and raises the epoch, so that whoever held it commits
    /// nothing any more. Read the row by <see cref="ReadRowAsync"/> afterwards.
    /// </summary>
    /// <param name="seen">The partition as it was seen: taken only if owner and epoch are still these.</param>
    /// <param name="seenCounter">Where another instance owns it: taken only if that one's counter is still this (null:
    /// it still has no row). Not looked at when the partition is free or the taker's own.</param>
    /// <param name="owner">The taker.</param>
    /// <param name="cancel">Cancelling leaves the outcome unknown.</param>
    /// <returns>The new epoch; null: something had changed, and nothing is taken.</returns>
    public Task<long?> TakeAsync(
        PartitionOwner seen, long? seenCounter, Guid owner, CancellationToken cancel = default) =>
        _ownership.TakeAsync(seen, seenCounter, owner, cancel);

    /// <summary>
    /// Gives a partition up: it has no owner then, and keeps its epoch, so that the last owner could still commit until
    /// another takes it.
    /// </summary>
    /// <returns>Whether it was owned so.</returns>
    public Task<bool> ReleaseAsync(int partition, Guid owner, long epoch, CancellationToken cancel = default) =>
        _ownership.ReleaseAsync(partition, owner, epoch, cancel);

    /// <summary>Gives up all that an instance owns and removes its row, in one transaction.</summary>
    public Task LeaveAsync(Guid instance, CancellationToken cancel = default) =>
        _ownership.LeaveAsync(instance, cancel);

    /// <summary>
    /// Removes the row of an instance that has stopped, if its counter is still this and it owns nothing; otherwise
    /// nothing happens.
    /// </summary>
    public Task ForgetAsync(Guid instance, long counter, CancellationToken cancel = default) =>
        _ownership.ForgetAsync(instance, counter, cancel);

    /// <summary>
    /// Remembers which Kafka cluster the offsets in this store belong to: the first one that is named, for ever.
    /// </summary>
    /// <returns>The cluster that is remembered; another one than <paramref name="cluster"/>: the store belongs to
    /// it.</returns>
    public async Task<string> RememberClusterAsync(string cluster, CancellationToken cancel = default)
    {
        await using NpgsqlCommand remember = _source.CreateCommand(Statements.Cluster);
        remember.Parameters.Add(new NpgsqlParameter { Value = cluster });
        return (string)(await remember.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>The cluster that is remembered; null: none yet.</summary>
    public async Task<string?> ClusterAsync(CancellationToken cancel = default)
    {
        await using NpgsqlCommand read = _source.CreateCommand(Statements.RememberedCluster);
        return await read.ExecuteScalarAsync(cancel) as string;
    }

    /// <summary>Reads a partition's row as it is committed now.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The store has no such partition.</exception>
    public async Task<PartitionRow> ReadRowAsync(int partition, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, Partitions);
        await using NpgsqlCommand read = _source.CreateCommand(Statements.Row);
        read.Parameters.Add(Parameters.Of(partition));
        await using NpgsqlDataReader row = await read.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        return SnapshotReader.RowOf(partition, row);
    }

    /// <summary>
    /// Reads what a new owner needs of its partition, in one round trip. When the row has the epoch that it was taken
    /// with, nobody else has changed any of it meanwhile.
    /// </summary>
    /// <param name="partition">The partition.</param>
    /// <param name="fewStates">With no more state rows than this all are read, else the pinned ones.</param>
    /// <param name="cancel">Ends the reading.</param>
    public Task<PartitionSnapshot> ReadSnapshotAsync(
        int partition, int fewStates, CancellationToken cancel = default) =>
        SnapshotReader.ReadAsync(_source, partition, fewStates, cancel);

    /// <summary>
    /// Commits pages of different partitions, in one transaction and one round trip.
    /// </summary>
    /// <param name="pages">In ascending order of partition, so that two writers never wait for each other
    /// crosswise.</param>
    /// <param name="cancel">Cancelling leaves the outcome unknown.</param>
    /// <returns>What came of each page; or why the database refused them all and rolled back.</returns>
    /// <exception cref="NpgsqlException">The outcome is unknown.</exception>
    public async Task<CommitAnswer> CommitAsync(IReadOnlyList<PageWrite> pages, CancellationToken cancel = default)
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancel);
        await using NpgsqlBatch batch = new(connection);
        PageCommands commands = new();
        foreach (PageWrite page in pages)
        {
            batch.BatchCommands.Add(commands.Build(page));
        }

        try
        {
            await batch.ExecuteNonQueryAsync(cancel);
            commands.Return();
        }
        catch (PostgresException refused) when (refused.InvariantSeverity == RefusedButAlive)
        {
            // An error ends the batch's transaction before its commit. A graver one ends the connection, and may come
            // when the commit is done and only its answer is not: that stays unknown.
            return new CommitAnswer(null, refused.SqlState, refused.ConstraintName);
        }

        CommitResult[] results = new CommitResult[pages.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = batch.BatchCommands[i].RecordsAffected == 1 ? CommitResult.Written : CommitResult.Fenced;
        }

        return new CommitAnswer(results, null, null);
    }

    /// <summary>
    /// Writes state rows, none back to an earlier position, and raises the checkpoint, by one statement. The
    /// partition's commits wait meanwhile.
    /// </summary>
    /// <param name="write">At most <see cref="Limits.StateRows"/> rows, of events that are committed.</param>
    /// <param name="cancel">Cancelling leaves the outcome unknown; the same write again does no harm.</param>
    /// <returns>Whether it is durable; false: the epoch has moved on and nothing is written.</returns>
    public Task<bool> WriteStatesAsync(StateWrite write, CancellationToken cancel = default) =>
        _states.WriteAsync(write, cancel);

    /// <summary>
    /// Removes all state rows of a partition and puts its checkpoint before its first position, by one statement: what
    /// rows of another make, or too few of them, are replaced by. Folding the log gives them again.
    /// </summary>
    /// <returns>Whether it is durable; false: the epoch has moved on and nothing is removed.</returns>
    public Task<bool> ResetStatesAsync(int partition, long epoch, CancellationToken cancel = default) =>
        _states.ResetAsync(partition, epoch, Origin, cancel);

    /// <summary>Reads states by key.</summary>
    /// <returns>All parts of those that exist, ordered by key (by its UTF-8 bytes) and part.</returns>
    public Task<IReadOnlyList<StateRow>> ReadStatesAsync(
        int partition, IReadOnlyCollection<string> keys, CancellationToken cancel = default) =>
        _states.ReadAsync(partition, keys, cancel);

    /// <summary>Reads all state rows of a partition, ordered by key (by its UTF-8 bytes) and part.</summary>
    public IAsyncEnumerable<StateRow> ReadAllStatesAsync(int partition, CancellationToken cancel = default) =>
        _states.ReadAsync(partition, cancel);

    /// <summary>Counts the state rows of a partition: reads all of them, though not their bytes.</summary>
    public Task<StateSummary> SummarizeStatesAsync(int partition, CancellationToken cancel = default) =>
        _states.SummarizeAsync(partition, cancel);

    /// <summary>Reads a partition's log in order.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="from">The first position wanted.</param>
    /// <param name="through">The last position wanted.</param>
    /// <param name="cancel">Ends the reading.</param>
    public async IAsyncEnumerable<StoredEvent> ReadAsync(
        int partition, long from, long through, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancel);
        await using NpgsqlCommand command = new(Statements.Pages, connection)
        {
            Parameters = { new() { Value = partition }, new() { Value = from }, new() { Value = through } },
        };
        await using NpgsqlDataReader reader =
            await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancel);
        while (await reader.ReadAsync(cancel))
        {
            using PageReader page = await PageReader.ReadAsync(reader, cancel);
            while (page.TryTake(out StoredEvent stored))
            {
                if (stored.Position >= from && stored.Position <= through)
                {
                    yield return stored;
                }
            }
        }
    }

    /// <summary>
    /// Removes the beginning of a partition's log, in whole pages, by one statement: events that are relayed and that
    /// nobody reads again. Saved states cannot be rebuilt from what is gone.
    /// </summary>
    /// <param name="partition">The partition.</param>
    /// <param name="epoch">Nothing is removed if the partition has another epoch.</param>
    /// <param name="through">No event after this position is removed, nor one that is not relayed.</param>
    /// <param name="cancel">Cancelling leaves the outcome unknown; the same again does no harm.</param>
    /// <returns>How many pages were removed; null: the epoch has moved on.</returns>
    public async Task<long?> TruncateAsync(
        int partition, long epoch, long through, CancellationToken cancel = default)
    {
        await using NpgsqlCommand command = _source.CreateCommand(Statements.Truncate);
        command.Parameters.Add(Parameters.Of(partition));
        command.Parameters.Add(Parameters.Of(epoch));
        command.Parameters.Add(Parameters.Of(through));
        return await command.ExecuteScalarAsync(cancel) as long?;
    }

    /// <summary>Bytes of all pages of all partitions: what <see cref="TruncateAsync"/> can make less.</summary>
    public async Task<long> LogBytesAsync(CancellationToken cancel = default)
    {
        await using NpgsqlCommand command = _source.CreateCommand(Statements.LogBytes);
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>Whether the database answers.</summary>
    public async Task PingAsync(CancellationToken cancel = default)
    {
        await using NpgsqlCommand command = _source.CreateCommand("select 1");
        await command.ExecuteScalarAsync(cancel);
    }

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _beats.DisposeAsync();
        await _source.DisposeAsync();
    }
}
