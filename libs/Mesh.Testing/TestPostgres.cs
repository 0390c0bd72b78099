using System.Diagnostics;
using System.Globalization;
using Mesh.Provisioning;

namespace Mesh.Testing;

/// <summary>
/// One PostgreSQL cluster per test process: started when the first test asks, in a temporary directory, without fsync,
/// and gone with the process, however that ends. Test classes that run in parallel share it; each asks for its own
/// database.
/// </summary>
public static class TestPostgres
{
    private static readonly Lazy<Task<PostgresCluster>> Cluster = new(StartAsync);
    private static int _databases;

    // Held for the life of the process: collecting it would close the pipe.
    private static Process? _sweeper;

    /// <summary>The shared cluster, started by the first call.</summary>
    /// <exception cref="ProvisioningException">PostgreSQL is missing or did not start.</exception>
    public static Task<PostgresCluster> ClusterAsync() => Cluster.Value;

    /// <summary>Creates an empty database that nobody else uses, and returns its connection string.</summary>
    /// <exception cref="ProvisioningException">PostgreSQL is missing or did not start.</exception>
    public static async Task<string> NewDatabaseAsync()
    {
        var cluster = await Cluster.Value;
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await cluster.CreateDatabaseAsync(name);
        return cluster.ConnectionString(name);
    }

    private static async Task<PostgresCluster> StartAsync()
    {
        await SystemPackages.EnsureAsync(SystemPackage.Postgres);
        var folder = Directory.CreateTempSubdirectory("mesh-test-postgres-").FullName;
        try
        {
            var cluster = await PostgresCluster.StartAsync(new PostgresOptions
            {
                DataDirectory = Path.Combine(folder, "data"),
                Durable = false,
                Settings = new Dictionary<string, string>
                {
                    ["shared_buffers"] = "64MB",
                    ["max_wal_size"] = "1GB",
                    ["max_connections"] = "400",
                },
            });
            SweepAfterUs(cluster.ProcessId, folder);
            return cluster;
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>
    /// The test host gives a process little time to clean up, and a killed one none. So a shell waits for the end of
    /// its standard input, which comes with our end, stops the server (whose data nobody wants) and removes the
    /// directory.
    /// </summary>
    private static void SweepAfterUs(int server, string folder)
    {
        const string Script =
            """
            exec >/dev/null 2>&1
            cat
            kill -QUIT "$1"
            i=0; while kill -0 "$1" && [ $i -lt 200 ]; do sleep 0.05; i=$((i+1)); done
            rm -rf "$2"
            """;
        var info = new ProcessStartInfo("setsid") { RedirectStandardInput = true, WorkingDirectory = "/" };
        foreach (var argument in new[] { "sh", "-c", Script, "sh", $"{server}", folder })
        {
            info.ArgumentList.Add(argument);
        }

        _sweeper = Process.Start(info);
    }
}
