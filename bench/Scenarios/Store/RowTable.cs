using Npgsql;
using NpgsqlTypes;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>The same events as one row each: the table that the peers write and read.</summary>
internal static class RowTable
{
    /// <summary>The columns of an event, keyed like the store's log.</summary>
    internal const string Create = """
        create table rows (
            partition integer not null,
            position  bigint not null,
            stream    text not null,
            type      text not null,
            target    text not null,
            previous  bigint not null,
            root      bytea not null,
            body      bytea not null,
            primary key (partition, position));
        alter table rows set (autovacuum_vacuum_insert_threshold = -1);
        """;

    private const string Copy =
        "copy rows (partition, position, stream, type, target, previous, root, body) from stdin (format binary)";

    private const string Select = """
        select position, stream, type, target, previous, root, body from rows where partition = $1 order by position
        """;

    /// <summary>Appends events to some partitions by one COPY, a thousand of a partition at a time.</summary>
    internal static async Task CopyAsync(
        string database, IReadOnlyList<int> partitions, long eventsEach, int streams, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = new(database);
        await connection.OpenAsync(cancellation);
        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(Copy, cancellation);
        for (long first = 1; first <= eventsEach; first += 1_000)
        {
            long last = Math.Min(eventsEach, first + 999);
            foreach (int partition in partitions)
            {
                for (long position = first; position <= last; position++)
                {
                    Write(copy, partition, position, streams);
                }
            }
        }

        await copy.CompleteAsync(cancellation);
    }

    /// <summary>Reads a partition's events in order.</summary>
    /// <returns>How many.</returns>
    internal static async Task<long> ReadAsync(string database, int partition, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = new(database);
        await connection.OpenAsync(cancellation);
        await using NpgsqlCommand command = new(Select, connection)
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = partition } },
        };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        long events = 0;
        long bytes = 0;
        while (await reader.ReadAsync(cancellation))
        {
            bytes += reader.GetInt64(0) + reader.GetString(1).Length + reader.GetString(2).Length
                + reader.GetString(3).Length + reader.GetInt64(4)
                + reader.GetFieldValue<byte[]>(5).Length + reader.GetFieldValue<byte[]>(6).Length;
            events++;
        }

        return bytes == 0 ? 0 : events;
    }

    // Synchronously: a row that fits into the buffer completes at once either way, and this way costs less.
    private static void Write(NpgsqlBinaryImporter copy, int partition, long position, int streams)
    {
        copy.StartRow();
        copy.Write(partition, NpgsqlDbType.Integer);
        copy.Write(position, NpgsqlDbType.Bigint);
        copy.Write(SampleEvent.Stream(partition, position, streams), NpgsqlDbType.Text);
        copy.Write(SampleEvent.Type, NpgsqlDbType.Text);
        copy.Write(SampleEvent.Topic, NpgsqlDbType.Text);
        copy.Write(position - 1, NpgsqlDbType.Bigint);
        copy.Write(SampleEvent.Root, NpgsqlDbType.Bytea);
        copy.Write(SampleEvent.Body, NpgsqlDbType.Bytea);
    }
}
