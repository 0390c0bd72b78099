using Npgsql;

namespace Mesh.Provisioning;

/// <summary>Databases on a PostgreSQL server, ours or one that runs elsewhere.</summary>
public static class PostgresDatabases
{
    /// <summary>Creates a database unless it exists; two callers at once are both content.</summary>
    /// <param name="server">A connection string that may create databases; its database is ignored.</param>
    /// <param name="name">The database's name, taken literally.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ProvisioningException">The server does not answer or does not allow it.</exception>
    public static async Task EnsureAsync(string server, string name, CancellationToken cancellation = default)
    {
        try
        {
            await using var connection = new NpgsqlConnection(Maintenance(server));
            await connection.OpenAsync(cancellation);
            await using (var find = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection))
            {
                find.Parameters.Add(new NpgsqlParameter { Value = name });
                if (await find.ExecuteScalarAsync(cancellation) is not null)
                {
                    return;
                }
            }

            var quoted = '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
            await using var create = new NpgsqlCommand($"CREATE DATABASE {quoted}", connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException error) when (error.SqlState
            is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Someone else was quicker.
        }
        catch (NpgsqlException error)
        {
            var where = new NpgsqlConnectionStringBuilder(server);
            throw new ProvisioningException(
                $"Database {name} cannot be created on PostgreSQL at {where.Host}:{where.Port}: {error.Message}",
                error);
        }
    }

    /// <summary>Whether the server completes a start-up handshake now.</summary>
    internal static async Task<bool> AnswersAsync(string server, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(Maintenance(server));
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static string Maintenance(string server) =>
        new NpgsqlConnectionStringBuilder(server) { Database = "postgres", Pooling = false }.ConnectionString;
}
