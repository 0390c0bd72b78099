using System.Diagnostics;
using System.Globalization;
using Mesh.Provisioning.Linux;
using Mesh.Provisioning.Postgres;

namespace Mesh.Provisioning;

/// <summary>
/// A private PostgreSQL cluster: one data directory, one server on 127.0.0.1, no password (trust), no unix socket. It
/// belongs to the process that started it and shuts down with it, however that ends.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    /// <summary>The superuser, and the account the server runs as when we are root (PostgreSQL refuses root).</summary>
    public const string UserName = "postgres";

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OrphanLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);

    private readonly ChildProcess _server;

    private PostgresCluster(ChildProcess server, string dataDirectory, string logFile, int port)
    {
        _server = server;
        DataDirectory = dataDirectory;
        LogFile = logFile;
        Port = port;
    }

    /// <summary>The server's TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The cluster's data directory.</summary>
    public string DataDirectory { get; }

    /// <summary>The server's log.</summary>
    public string LogFile { get; }

    /// <summary>The process id of the server's first process.</summary>
    public int ProcessId => _server.Id;

    /// <summary>Completes with the exit code when the server has ended, whoever ended it.</summary>
    public Task<int> Exited => _server.Exited;

    /// <summary>
    /// Starts the server on a data directory, which is made when it is absent or empty, and returns when it answers.
    /// </summary>
    /// <exception cref="MissingPrerequisiteException">The server's programs or its account are missing.</exception>
    /// <exception cref="ProvisioningException">
    /// Another server works on the directory, the port is taken, or the server did not start: the message says which.
    /// </exception>
    public static async Task<PostgresCluster> StartAsync(
        PostgresOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var programs = PostgresPrograms.Find() ?? throw SystemPackages.PostgresMissing();
        var directory = Path.GetFullPath(options.DataDirectory);
        var log = Path.GetFullPath(options.LogFile ?? directory + ".log");
        await PrepareAsync(programs, directory, log, options.Durable, cancellation);

        // A free port may be taken between the choice and the server's bind: then choose again.
        for (var attempt = 1; ; attempt++)
        {
            var port = options.Port == 0 ? FreePorts.Next() : options.Port;
            if (options.Port != 0 && !FreePorts.IsFree(port))
            {
                throw new ProvisioningException($"Port {port} is taken: PostgreSQL cannot start on it.");
            }

            try
            {
                return await LaunchAsync(programs, directory, log, port, options, cancellation);
            }
            catch (ProvisioningException) when (options.Port == 0 && attempt < 5 && !FreePorts.IsFree(port))
            {
            }
        }
    }

    /// <summary>The connection string of a database of this cluster (which need not exist yet).</summary>
    public string ConnectionString(string database) => $"{ServerConnectionString};Database={database}";

    /// <summary>The connection string of the server, without a database.</summary>
    public string ServerConnectionString =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username={UserName}");

    /// <summary>Creates a database; nothing happens when it exists.</summary>
    public Task CreateDatabaseAsync(string name, CancellationToken cancellation = default) =>
        PostgresDatabases.EnsureAsync(ServerConnectionString, name, cancellation);

    /// <summary>
    /// Stops the server by fast shutdown (open transactions are rolled back, the data directory is left clean). After
    /// 30 s it is killed; the next start recovers from the log.
    /// </summary>
    public Task StopAsync() => _server.StopAsync(StopLimit, PosixSignalName.Int);

    /// <summary>Stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _server.DisposeAsync();
    }

    private static async Task PrepareAsync(
        PostgresPrograms programs, string directory, string log, bool durable, CancellationToken cancellation)
    {
        await WaitForOrphanAsync(directory, cancellation);
        Directory.CreateDirectory(directory);
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        if (Machine.IsRoot)
        {
            var account = Machine.FindAccount(UserName) ?? throw SystemPackages.PostgresMissing();
            if (LibC.ChangeOwner(directory, account.User, account.Group) != 0)
            {
                throw new ProvisioningException($"{directory} cannot be given to the account {UserName}.");
            }
        }

        if (File.Exists(Path.Combine(directory, "PG_VERSION")))
        {
            return;
        }

        if (Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw new ProvisioningException(
                $"{directory} holds files but no PostgreSQL cluster. Choose an empty directory, or empty this one.");
        }

        List<string> arguments = ["-D", directory, "-E", "UTF8", "--locale=C", "-A", "trust", "-U", UserName];
        if (!durable)
        {
            arguments.Add("--no-sync");
        }

        await using var initdb = ChildProcess.Start(Server(programs.Initdb, arguments, log));
        var code = await initdb.Exited.WaitAsync(cancellation);
        if (code != 0)
        {
            throw new ProvisioningException($"initdb failed with code {code}:\n{LogTail.Read(log)}");
        }
    }

    /// <summary>
    /// A server whose parent has just been killed is on its way down; one that stays up belongs to somebody.
    /// </summary>
    private static async Task WaitForOrphanAsync(string directory, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (PostmasterFile.Read(directory) is { } found && found.IsServing(directory))
        {
            var waited = Stopwatch.GetElapsedTime(started);
            if (waited > OrphanLimit || (found.Status != "stopping" && waited > TimeSpan.FromSeconds(1)))
            {
                throw new ProvisioningException(
                    $"A PostgreSQL server (process {found.Pid}) already works on {directory}. "
                    + $"Stop it (kill -INT {found.Pid}) or use another directory.");
            }

            await Task.Delay(Beat, cancellation);
        }

        while (PostmasterFile.Read(directory) is { } dead && dead.HasProcesses()
            && Stopwatch.GetElapsedTime(started) < OrphanLimit)
        {
            await Task.Delay(Beat, cancellation);
        }
    }

    private static async Task<PostgresCluster> LaunchAsync(
        PostgresPrograms programs,
        string directory,
        string log,
        int port,
        PostgresOptions options,
        CancellationToken cancellation)
    {
        var server = ChildProcess.Start(
            Server(programs.Postgres, PostgresSettings.Arguments(directory, port, options), log));
        var cluster = new PostgresCluster(server, directory, log, port);
        try
        {
            await cluster.WaitUntilReadyAsync(options.StartLimit, cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    private static ChildProcessOptions Server(string program, IReadOnlyList<string> arguments, string log) => new()
    {
        FileName = program,
        Arguments = arguments,
        LogFile = log,
        DeathSignal = PosixSignalName.Int,
        RunAs = UserName,
        // Our own folder may be one that the server's account cannot enter.
        WorkingDirectory = "/",
    };

    private async Task WaitUntilReadyAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            // Another server may answer on our port while ours is failing to bind: the pid file says who is ready.
            var ready = PostmasterFile.Read(DataDirectory) is { Status: "ready" } file && file.Pid == _server.Id;
            if (ready && await PostgresDatabases.AnswersAsync(ServerConnectionString, cancellation))
            {
                return;
            }

            if (_server.HasExited)
            {
                throw new ProvisioningException($"PostgreSQL did not start:\n{LogTail.Read(LogFile)}");
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new ProvisioningException(
                    $"PostgreSQL does not answer after {limit.TotalSeconds:0} s:\n{LogTail.Read(LogFile)}");
            }

            await Task.Delay(Beat, cancellation);
        }
    }
}
