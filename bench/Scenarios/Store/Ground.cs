using System.Globalization;
using Mesh.Provisioning;
using Npgsql;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>A private PostgreSQL cluster with the settings that AppHost gives its own: what all is measured on.</summary>
internal sealed class Ground : IAsyncDisposable
{
    private readonly PostgresCluster _cluster;
    private int _databases;

    private Ground(PostgresCluster cluster, string folder) => (_cluster, Folder) = (cluster, folder);

    /// <summary>Where whatever else runs may keep its data.</summary>
    internal string Folder { get; }

    /// <summary>The server's port on 127.0.0.1.</summary>
    internal int Port => _cluster.Port;

    internal static async Task<Ground> StartAsync(string folder, CancellationToken cancellation)
    {
        await SystemPackages.EnsureAsync(cancellation: cancellation);
        return new Ground(
            await PostgresCluster.StartAsync(
                new PostgresOptions { DataDirectory = Path.Combine(folder, "postgres") }, cancellation),
            folder);
    }

    /// <summary>Makes an empty database.</summary>
    internal async Task<(string Name, string ConnectionString)> NewDatabaseAsync(CancellationToken cancellation)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"bench_{++_databases}");
        await _cluster.CreateDatabaseAsync(name, cancellation);
        return (name, _cluster.ConnectionString(name));
    }

    /// <summary>Removes a database, whoever is still connected.</summary>
    internal async Task DropAsync(string name, CancellationToken cancellation)
    {
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync("postgres", $"drop database {name} with (force)", cancellation);
    }

    /// <summary>
    /// Writes everything out: what is measured next begins like whatever it is compared with, and pays for its own
    /// writing alone.
    /// </summary>
    internal Task CheckpointAsync(CancellationToken cancellation) =>
        ExecuteAsync("postgres", "checkpoint", cancellation);

    internal async Task ExecuteAsync(string database, string sql, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await OpenAsync(database, cancellation);
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    internal async Task<string> VersionAsync(CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await OpenAsync("postgres", cancellation);
        return connection.PostgreSqlVersion.ToString();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private async Task<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellation)
    {
        NpgsqlConnection connection = new(_cluster.ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        return connection;
    }
}
