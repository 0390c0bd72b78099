using System.Diagnostics;
using System.Globalization;
using Mesh.Bench.Measuring;
using Mesh.Provisioning;
using Npgsql;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>A private PostgreSQL cluster with the settings of AppHost's own: what all is measured on.</summary>
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

    /// <summary>Does something and measures what that takes.</summary>
    /// <param name="work">Returns how many of whatever is counted it did.</param>
    internal async Task<Work> MeasureAsync(Func<Task<long>> work)
    {
        MeshProcess[] processes =
        [
            new("postgres", _cluster.ProcessId, WithChildren: true),
            new("client", Environment.ProcessId, WithChildren: false),
        ];
        double reaped = CpuSample.ReapedByUs();
        CpuSample before = CpuSample.Take(processes);
        long started = Stopwatch.GetTimestamp();
        long count = await work();
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        IReadOnlyList<double> used = CpuSample.Take(processes).Since(before);
        return new Work(count, seconds, used[0], used[1] + CpuSample.ReapedByUs() - reaped);
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

/// <summary>What something took.</summary>
/// <param name="Count">How many it was.</param>
/// <param name="Seconds">How long.</param>
/// <param name="ServerSeconds">CPU of PostgreSQL, all its processes.</param>
/// <param name="ClientSeconds">CPU of whoever asked it.</param>
internal readonly record struct Work(long Count, double Seconds, double ServerSeconds, double ClientSeconds)
{
    internal double PerSecond => Count / Seconds;

    internal double ServerMicros => ServerSeconds / Count * 1e6;

    internal double ClientMicros => ClientSeconds / Count * 1e6;
}
