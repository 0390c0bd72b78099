using System.Reflection;
using Npgsql;

namespace Mesh.EventStore.Machinery;

/// <summary>Makes what is missing: the numbered scripts in order, then a row for each partition.</summary>
internal static class Schema
{
    // Two instances of a service may start at once on an empty database; any number will do, it only has to be the
    // same.
    private const long LockKey = 0x6d657368_73746f72;

    public static async Task CreateAsync(NpgsqlDataSource source, int partitions, CancellationToken cancel)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancel);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancel);
        await RunAsync(connection, $"select pg_advisory_xact_lock({LockKey})", cancel);
        await RunAsync(connection, "create table if not exists scripts (name text primary key)", cancel);
        Assembly assembly = typeof(Schema).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            using StreamReader script = new(assembly.GetManifestResourceStream(name)!);
            await RunOnceAsync(connection, name, await script.ReadToEndAsync(cancel), cancel);
        }

        await using NpgsqlCommand count = new("select count(*) from partitions", connection);
        long rows = (long)(await count.ExecuteScalarAsync(cancel))!;
        if (rows != 0 && rows != partitions)
        {
            throw new InvalidOperationException(
                $"The store in database '{connection.Database}' has {rows} partitions, not {partitions}: "
                + "their number is fixed when a store is made.");
        }

        if (rows == 0)
        {
            await RunAsync(
                connection,
                $"""
                insert into partitions (partition, head, relayed, checkpoint)
                select n, o.origin, o.origin, o.origin
                from (select incarnation::bigint << {Limits.PositionBits} as origin from store) o,
                     generate_series(0, {partitions - 1}) n
                """,
                cancel);
        }

        await transaction.CommitAsync(cancel);
    }

    public static async Task<(Guid Id, int Incarnation)> IdentifyAsync(
        NpgsqlDataSource source, CancellationToken cancel)
    {
        await using NpgsqlCommand command = source.CreateCommand("select store_id, incarnation from store");
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        return (row.GetGuid(0), row.GetInt16(1));
    }

    // Altering a table waits for everyone who reads it, so a script runs when the store is made and not at each start.
    private static async Task RunOnceAsync(
        NpgsqlConnection connection, string name, string sql, CancellationToken cancel)
    {
        await using NpgsqlCommand note = new("insert into scripts values ($1) on conflict do nothing", connection)
        {
            Parameters = { new() { Value = name } },
        };
        if (await note.ExecuteNonQueryAsync(cancel) == 1)
        {
            await RunAsync(connection, sql, cancel);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
