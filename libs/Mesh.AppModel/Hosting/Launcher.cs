using System.Diagnostics;
using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>Starts one resource and returns when it is ready.</summary>
/// <param name="state">Where data and logs go.</param>
/// <param name="location">Where project outputs are.</param>
/// <param name="terminal">Where projects' lines go.</param>
/// <param name="started">Told of each part as soon as there is something to stop.</param>
internal sealed class Launcher(
    StateDirectory state, HostLocation location, TextWriter terminal, Action<RunningPart> started) : IDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(25);

    private readonly HealthProbe _health = new();

    internal Task LaunchAsync(Resource resource, CancellationToken cancellation) => resource switch
    {
        PostgresServerResource postgres => LaunchPostgresAsync(postgres, cancellation),
        PostgresDatabaseResource database => PostgresDatabases.EnsureAsync(
            database.Parent.ConnectionString, database.DatabaseName, cancellation),
        KafkaServerResource { External: not null } external => UseElsewhere(external, external.ConnectionString),
        KafkaServerResource { Home: not null } kafka => LaunchApacheKafkaAsync(kafka, kafka.Home, cancellation),
        KafkaServerResource embedded => LaunchEmbeddedBrokerAsync(embedded, cancellation),
        ProjectResource project => LaunchProjectAsync(project, cancellation),
        _ => throw new UnreachableException($"{resource.GetType()} has no launcher."),
    };

    public void Dispose() => _health.Dispose();

    private static string Dotnet() =>
        Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";

    private Task UseElsewhere(Resource resource, string url)
    {
        started(new RunningPart { Resource = resource, Name = resource.Name, Url = url });
        return Task.CompletedTask;
    }

    private async Task LaunchPostgresAsync(PostgresServerResource resource, CancellationToken cancellation)
    {
        if (resource.External is not null)
        {
            var where = new Npgsql.NpgsqlConnectionStringBuilder(resource.External);
            await UseElsewhere(resource, $"{where.Host}:{where.Port}");
            return;
        }

        var cluster = await PostgresCluster.StartAsync(
            new PostgresOptions
            {
                DataDirectory = state[StateDirectory.Postgres],
                Port = resource.Port,
                LogFile = state.NewLog(resource.Name),
            },
            cancellation);
        started(new RunningPart
        {
            Resource = resource,
            Name = resource.Name,
            Url = $"127.0.0.1:{resource.Port}",
            ProcessId = cluster.ProcessId,
            Exited = cluster.Exited,
            StopAsync = cluster.StopAsync,
            LogFile = cluster.LogFile,
        });
    }

    private async Task LaunchApacheKafkaAsync(
        KafkaServerResource resource, string home, CancellationToken cancellation)
    {
        var log = state.NewLog(resource.Name);
        var kafka = await ApacheKafka.StartAsync(
            new ApacheKafkaOptions
            {
                Home = home,
                DataDirectory = resource.DataDirectory,
                Port = resource.Port,
                LogFile = log,
            },
            cancellation);
        started(new RunningPart
        {
            Resource = resource,
            Name = resource.Name,
            Url = kafka.BootstrapServers,
            ProcessId = kafka.ProcessId,
            Exited = kafka.Exited,
            StopAsync = kafka.StopAsync,
            LogFile = log,
        });
    }

    private async Task LaunchEmbeddedBrokerAsync(KafkaServerResource resource, CancellationToken cancellation)
    {
        Directory.CreateDirectory(resource.DataDirectory);
        var part = StartDotnet(
            resource, resource.Name, resource.ConnectionString, resource.ProjectPath!, resource.Arguments, []);
        var began = Stopwatch.GetTimestamp();
        while (!await KafkaProbe.AnswersAsync("127.0.0.1", resource.Port, cancellation))
        {
            if (part.Exited.IsCompleted || Stopwatch.GetElapsedTime(began) > ReadyLimit)
            {
                var what = part.Exited.IsCompleted ? "ended while it was starting" : "does not answer";
                throw new ProvisioningException($"{part.Name} {what}. Its last lines:\n{part.LastLines}");
            }

            await Task.Delay(Beat, cancellation);
        }
    }

    private async Task LaunchProjectAsync(ProjectResource project, CancellationToken cancellation)
    {
        var replicas = Enumerable.Range(0, project.Replicas).Select(async replica =>
        {
            // A reader of /health wants the endpoint that people use; of several, that is not the gRPC one.
            var endpoint = project.Endpoints.FirstOrDefault(endpoint => endpoint.Name != "grpc")
                ?? project.Endpoints[0];
            var name = project.ReplicaName(replica);
            var part = StartDotnet(
                project,
                name,
                project.Endpoints[0].Url(replica),
                project.ProjectPath,
                ["--name", name, .. project.Arguments],
                ProjectEnvironment.Of(project, replica));
            var problem = await _health.WaitAsync(
                endpoint.Url(replica), ReadyLimit, () => part.Exited.IsCompleted, cancellation);
            if (problem is not null)
            {
                throw new ProvisioningException($"{part.Name} {problem}. Its last lines:\n{part.LastLines}");
            }
        });
        await Task.WhenAll(replicas);
    }

    private RunningPart StartDotnet(
        Resource resource,
        string name,
        string url,
        string projectPath,
        IReadOnlyList<string> arguments,
        Dictionary<string, string?> variables)
    {
        var assembly = ProjectOutput.AssemblyPath(projectPath, location);
        var path = state.NewLog(name);
        var log = new PartLog(name, path, terminal);
        var child = ChildProcess.Start(new ChildProcessOptions
        {
            FileName = Dotnet(),
            Arguments = [assembly, .. arguments],
            WorkingDirectory = Path.GetDirectoryName(projectPath),
            Environment = variables,
            OnOutput = log.Add,
            OnError = log.Add,
        });
        var part = new RunningPart
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
        started(part);
        return part;
    }
}
