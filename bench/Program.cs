using System.CommandLine;
using Mesh.Bench;
using Mesh.Bench.Scenarios;
using Mesh.Bench.Scenarios.Broker;
using Mesh.Bench.Scenarios.Latency;
using Mesh.Bench.Scenarios.Outage;
using Mesh.Bench.Scenarios.Storm;
using Mesh.Bench.Scenarios.Torture;
using Mesh.Provisioning;

RootCommand root = new("Measures what the mesh costs on this machine, and torments it.")
{
    BulkScenario.Create(),
    LatencyScenario.Create(),
    TortureScenario.Create(),
    OutageScenario.Create(),
    StormScenario.Create(),
    CrowdCommand.Create(),
    FloodCommand.Create(),
    StoreScenario.Create(),
    BrokerScenario.Create(),
    GrpcScenario.Create(),
    GrpcScenario.CreateServer(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = TimeSpan.FromMinutes(1),
    });
}
catch (Exception failure) when (failure is BenchException or ProvisioningException)
{
    await Console.Error.WriteLineAsync($"bench: {failure.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
