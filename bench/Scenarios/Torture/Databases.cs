using Npgsql;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>Who owns a partition, by the database.</summary>
internal sealed record PartitionOwnership(int Partition, Guid? Owner, long Epoch, string? Address);

/// <summary>The services' databases, read by SQL as an operator would.</summary>
/// <param name="server">Connection string without a database.</param>
internal sealed class Databases(string server)
{
    private const string Owners = """
        select p.partition, p.owner, p.epoch, i.address
        from partitions p left join instances i on i.instance = p.owner order by p.partition
        """;

    internal Task<List<PartitionOwnership>> OwnersAsync(string service, CancellationToken cancellation) => RowsAsync(
        service,
        Owners,
        row => new PartitionOwnership(
            row.GetInt32(0),
            row.IsDBNull(1) ? null : row.GetGuid(1),
            row.GetInt64(2),
            row.IsDBNull(3) ? null : row.GetString(3)),
        cancellation);

    /// <summary>The same; null: the database does not answer.</summary>
    internal async Task<List<PartitionOwnership>?> TryOwnersAsync(string service, CancellationToken cancellation)
    {
        try
        {
            return await OwnersAsync(service, cancellation);
        }
        catch (Exception away) when (away is NpgsqlException or TimeoutException or IOException)
        {
            return null;
        }
    }

    /// <summary>All rows of a query.</summary>
    internal async Task<List<T>> RowsAsync<T>(
        string database, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        List<T> rows = [];
        await foreach (T row in ReadAsync(database, sql, read, cancellation))
        {
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>The rows of a query, one by one.</summary>
    internal async IAsyncEnumerable<T> ReadAsync<T>(
        string database,
        string sql,
        Func<NpgsqlDataReader, T> read,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        string where = $"{server};Database={database};Pooling=false;Timeout=30;Command Timeout=120";
        await using NpgsqlConnection connection = new(where);
        await connection.OpenAsync(cancellation);
        await using NpgsqlCommand command = new(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return read(reader);
        }
    }
}
