using System.Data;
using System.Runtime.CompilerServices;
using Mesh.EventStore.Machinery;
using Npgsql;

namespace Mesh.EventStore;

/// <summary>
/// A service's event store: a log in pages for each partition, in one PostgreSQL database. A commit writes the pages
/// of any number of partitions in one pipelined round trip and one flush; a partition whose epoch or head has moved
/// on writes nothing. Safe for concurrent use.
/// </summary>
public sealed class PartitionedStore : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;

    private PartitionedStore(NpgsqlDataSource source, Guid storeId, int incarnation, int partitions)
    {
        _source = source;
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
            MaxAutoPrepare = 16,
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
            return new PartitionedStore(source, id, incarnation, partitions);
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
    /// Takes a partition: raises its epoch, so that whoever held it commits nothing any more, and reads its row by a
    /// later statement (an UPDATE and a read in one statement see different moments).
    /// </summary>
    public async Task<PartitionRow> TakeAsync(int partition, Guid owner, CancellationToken cancel = default)
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancel);
        await using NpgsqlCommand take = new(Statements.Take, connection)
        {
            Parameters = { new() { Value = partition }, new() { Value = owner } },
        };
        await take.ExecuteNonQueryAsync(cancel);
        await using NpgsqlCommand read = new(Statements.Row, connection)
        {
            Parameters = { new() { Value = partition } },
        };
        await using NpgsqlDataReader row = await read.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        return new PartitionRow(
            partition,
            row.GetInt64(0),
            row.GetInt64(1),
            row.GetInt64(2),
            row.GetFieldValue<byte[]>(3),
            row.GetFieldValue<byte[]>(4));
    }

    /// <summary>
    /// Commits pages of different partitions, in one transaction and one round trip.
    /// </summary>
    /// <param name="pages">In ascending order of partition, so that two writers never wait for each other
    /// crosswise.</param>
    /// <param name="cancel">Cancelling leaves the outcome unknown.</param>
    /// <returns>For each page, in order, whether its fence matched and it is written.</returns>
    /// <exception cref="NpgsqlException">The outcome is unknown, or nothing was written.</exception>
    public async Task<bool[]> CommitAsync(IReadOnlyList<PageWrite> pages, CancellationToken cancel = default)
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancel);
        await using NpgsqlBatch batch = new(connection);
        foreach (PageWrite page in pages)
        {
            batch.BatchCommands.Add(PageCommand.Build(page));
        }

        await batch.ExecuteNonQueryAsync(cancel);
        bool[] written = new bool[pages.Count];
        for (int i = 0; i < written.Length; i++)
        {
            written[i] = batch.BatchCommands[i].RecordsAffected == 1;
        }

        return written;
    }

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
            PageReader page = await PageReader.ReadAsync(reader, cancel);
            for (int i = 0; i < page.Count; i++)
            {
                long position = page.First + i;
                if (position >= from && position <= through)
                {
                    yield return page.Event(i);
                }
            }
        }
    }

    /// <summary>Whether the database answers.</summary>
    public async Task PingAsync(CancellationToken cancel = default)
    {
        await using NpgsqlCommand command = _source.CreateCommand("select 1");
        await command.ExecuteScalarAsync(cancel);
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
