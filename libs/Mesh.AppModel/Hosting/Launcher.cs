using System.Diagnostics;
using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>Knows how each kind of resource is started.</summary>
/// <param name="state">Where data and logs go.</param>
/// <param name="location">Where project outputs are.</param>
/// <param name="terminal">Where projects' lines go.</param>
internal sealed class Launcher(StateDirectory state, HostLocation location, TextWriter terminal) : IDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(25);

    /// <summary>A server that was killed first takes in again what its log holds.</summary>
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromMinutes(10);

    private readonly HealthProbe _health = new();

    /// <summary>What must be done once before the resource can be used, beside starting its parts.</summary>
    internal static Task PrepareAsync(Resource resource, CancellationToken cancellation) =>
        resource is PostgresDatabaseResource database
            ? PostgresDatabases.EnsureAsync(database.Parent.ConnectionString, database.DatabaseName, cancellation)
            : Task.CompletedTask;

    /// <summary>The parts of a resource; a database, which lives in its server, has none.</summary>
    internal IReadOnlyList<PartPlan> PartsOf(Resource resource) => resource switch
    {
        PostgresDatabaseResource => [],
        PostgresServerResource { External: not null } postgres => [Elsewhere(postgres, HostOf(postgres.External))],
        PostgresServerResource postgres =>
            [new(postgres, postgres.Name, (again, cancellation) => StartPostgresAsync(postgres, again, cancellation))],
        KafkaServerResource { External: not null } external => [Elsewhere(external, external.ConnectionString)],
        KafkaServerResource { Home: { } home } kafka =>
            [new(kafka, kafka.Name, (again, cancellation) => StartKafkaAsync(kafka, home, again, cancellation))],
        KafkaServerResource embedded =>
            [new(embedded, embedded.Name, (again, _) => Task.FromResult(StartEmbeddedBroker(embedded, again)))],
        ProjectResource project =>
        [
            .. Enumerable.Range(0, project.Replicas).Select(replica => new PartPlan(
                project,
                project.ReplicaName(replica),
                (again, _) => Task.FromResult(StartReplica(project, replica, again)))),
        ],
        _ => throw new UnreachableException($"{resource.GetType()} has no launcher."),
    };

    public void Dispose() => _health.Dispose();

    private static string Dotnet() =>
        Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";

    private static string HostOf(string connectionString)
    {
        var where = new Npgsql.NpgsqlConnectionStringBuilder(connectionString);
        return $"{where.Host}:{where.Port}";
    }

    private static PartPlan Elsewhere(Resource resource, string url)
    {
        var part = new RunningPart { Resource = resource, Name = resource.Name, Url = url };
        return new PartPlan(resource, resource.Name, (_, _) => Task.FromResult(part));
    }

    private async Task<RunningPart> StartPostgresAsync(
        PostgresServerResource resource, bool again, CancellationToken cancellation)
    {
        var options = new PostgresOptions
        {
            DataDirectory = state[StateDirectory.Postgres],
            Port = resource.Port,
            LogFile = state.Log(resource.Name, again),
        };
        var cluster = await PostgresCluster.StartAsync(
            again ? options with { StartLimit = RecoveryLimit } : options, cancellation);
        return new RunningPart
        {
            Resource = resource,
            Name = resource.Name,
            Url = $"127.0.0.1:{resource.Port}",
            ProcessId = cluster.ProcessId,
            Exited = cluster.Exited,
            StopAsync = () => cluster.DisposeAsync().AsTask(),
            LogFile = cluster.LogFile,
        };
    }

    private async Task<RunningPart> StartKafkaAsync(
        KafkaServerResource resource, string home, bool again, CancellationToken cancellation)
    {
        var options = new ApacheKafkaOptions
        {
            Home = home,
            DataDirectory = resource.DataDirectory,
            Port = resource.Port,
            LogFile = state.Log(resource.Name, again),
        };
        var kafka = await ApacheKafka.StartAsync(
            again ? options with { StartLimit = RecoveryLimit } : options, cancellation);
        return new RunningPart
        {
            Resource = resource,
            Name = resource.Name,
            Url = kafka.BootstrapServers,
            ProcessId = kafka.ProcessId,
            Exited = kafka.Exited,
            StopAsync = () => kafka.DisposeAsync().AsTask(),
            LogFile = options.LogFile,
        };
    }

    private RunningPart StartEmbeddedBroker(KafkaServerResource resource, bool again)
    {
        Directory.CreateDirectory(resource.DataDirectory);
        var part = StartDotnet(
            resource, resource.Name, resource.ConnectionString, resource.ProjectPath!, resource.Arguments, [], again);
        return part with { WaitUntilReadyAsync = WaitAsync };

        async Task<string?> WaitAsync(TimeSpan limit, CancellationToken cancellation)
        {
            var began = Stopwatch.GetTimestamp();
            while (!await KafkaProbe.AnswersAsync("127.0.0.1", resource.Port, cancellation))
            {
                if (part.Exited.IsCompleted || Stopwatch.GetElapsedTime(began) > limit)
                {
                    return part.Exited.IsCompleted ? "ended while it was starting" : "does not answer";
                }

                await Task.Delay(Beat, cancellation);
            }

            return null;
        }
    }

    private RunningPart StartReplica(ProjectResource project, int replica, bool again)
    {
        // A reader of /health wants the endpoint that people use; of several, that is not the gRPC one.
        var endpoint = project.Endpoints.FirstOrDefault(endpoint => endpoint.Name != "grpc") ?? project.Endpoints[0];
        var name = project.ReplicaName(replica);
        var part = StartDotnet(
            project,
            name,
            project.Endpoints[0].Url(replica),
            project.ProjectPath,
            ["--name", name, .. project.Arguments],
            ProjectEnvironment.Of(project, replica),
            again);
        return part with
        {
            WaitUntilReadyAsync = (limit, cancellation) =>
                _health.WaitAsync(endpoint.Url(replica), limit, () => part.Exited.IsCompleted, cancellation),
        };
    }

    private RunningPart StartDotnet(
        Resource resource,
        string name,
        string url,
        string projectPath,
        IReadOnlyList<string> arguments,
        Dictionary<string, string?> variables,
        bool again)
    {
        var assembly = ProjectOutput.AssemblyPath(projectPath, location);
        var path = state.Log(name, again);
        var log = new PartLog(name, path, terminal);
        ChildProcess child;
        try
        {
            child = ChildProcess.Start(new ChildProcessOptions
            {
                FileName = Dotnet(),
                Arguments = [assembly, .. arguments],
                WorkingDirectory = Path.GetDirectoryName(projectPath),
                Environment = variables,
                OnOutput = log.Add,
                OnError = log.Add,
            });
        }
        catch (ProvisioningException)
        {
            log.Dispose();
            throw;
        }

        return new RunningPart
        {
            Resource = resource,
            Name = name,
            Url = url,
            ProcessId = child.Id,
            Exited = child.Exited,
            LogFile = path,
            StopAsync = async () =>
            {
                if (!await child.StopAsync(StopLimit))
                {
                    terminal.WriteLine($"{name} did not stop within {StopLimit.TotalSeconds:0} s and was killed.");
                }

                await child.DisposeAsync();
                log.Dispose();
            },
        };
    }
}
