using System.Globalization;
using Mesh.AppModel;

var builder = DistributedApplication.CreateBuilder(args);

var postgres = builder.AddPostgres("postgres");
// Topics are the catalog's: one that nobody created is a mistake, not a wish.
var kafka = builder.AddKafka("kafka").RunAsProject("../cli/cli.csproj", broker =>
    ["broker", "--listen", broker.ConnectionString, "--data", broker.DataDirectory,
        "--set", "auto.create.topics.enable=false"]);

var quests = AddService("quests", "../services/Quests/Quests.csproj");
var ingestion = AddService("ingestion", "../services/Ingestion/Ingestion.csproj").WithReference(quests);
var sessions = AddService("sessions", "../services/Sessions/Sessions.csproj");
var rewards = AddService("rewards", "../services/Rewards/Rewards.csproj");
var leaderboard = AddService("leaderboard", "../services/Leaderboard/Leaderboard.csproj");

// Who finds a record missing asks the service that wrote it to send again. In a circle: references are addresses alone.
foreach (var reader in new[] { quests, sessions, rewards, leaderboard })
{
    reader.WithReference(quests).WithReference(sessions).WithReference(rewards);
}

SharingTheMachine(builder.AddProject("gateway", "../services/Gateway/Gateway.csproj"))
    .WithHttpEndpoint(port: builder.PortBase, name: "grpc")
    .WithHttpEndpoint(port: builder.PortBase + 80, name: "web")
    .WithExternalHttpEndpoints()
    .WithReference(ingestion).WaitFor(ingestion)
    .WithReference(sessions).WaitFor(sessions)
    .WithReference(quests).WaitFor(quests)
    .WithReference(rewards).WaitFor(rewards)
    .WithReference(leaderboard).WaitFor(leaderboard);

return await builder.Build().RunAsync();

// A deciding service: a database of its own, and the topics.
IResourceBuilder<ProjectResource> AddService(string name, string project)
{
    var database = postgres.AddDatabase(name + "-db", databaseName: name);
    return SharingTheMachine(builder.AddProject(name, project))
        .WithReference(database, connectionName: name).WaitFor(database)
        .WithReference(kafka).WaitFor(kafka);
}

// Half a dozen processes share the processors here. A pool that keeps a thread for each of them wakes one after the
// other for work that is gone by then; it still adds threads when work waits. (The runtime reads hexadecimal numbers.)
static IResourceBuilder<ProjectResource> SharingTheMachine(IResourceBuilder<ProjectResource> project) =>
    project
        .WithEnvironment(
            "DOTNET_ThreadPool_ForceMinWorkerThreads",
            Math.Max(1, Environment.ProcessorCount / 4).ToString("x", CultureInfo.InvariantCulture))
        .WithEnvironment("DOTNET_HillClimbing_Disable", "1");
