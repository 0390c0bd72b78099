using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Partitions;
using Mesh.ServiceDefaults;
using Microsoft.Extensions.Configuration;

namespace Mesh.Wiring;

/// <summary>Where a service's database and the broker are. Read once at start; what is missing is named.</summary>
internal sealed record ServiceOptions
{
    /// <summary>The service's own database.</summary>
    public required string Database { get; init; }

    /// <summary>The broker.</summary>
    public required BusOptions Bus { get; init; }

    /// <summary>
    /// Reads the settings of a service: <c>ConnectionStrings__NAME</c> and <c>ConnectionStrings__kafka</c>.
    /// </summary>
    public static ServiceOptions From(IConfiguration configuration, string name) => new()
    {
        Database = configuration.RequiredConnectionString(name),
        Bus = new BusOptions
        {
            BootstrapServers = configuration.RequiredConnectionString("kafka"),
            ClientId = name,
        },
    };

    /// <summary>The partitions of a service that reads these topics and writes those.</summary>
    public PartitionHostOptions Host(IReadOnlyList<LaneOptions> lanes, params IReadOnlyList<TopicSpec> targets) => new()
    {
        ConnectionString = Database,
        Bus = Bus,
        Partitions = Placement.Partitions,
        Lanes = lanes,
        Targets = [.. targets.Select(t => t.Definition)],
    };

    /// <summary>The three lanes of actions: p0 at once, p1 within 1 s, p2 within 5 s.</summary>
    public static IReadOnlyList<LaneOptions> ActionLanes { get; } =
    [
        new(TopicCatalog.ActionsP0.Definition, Relayed: false, TimeSpan.Zero),
        new(TopicCatalog.ActionsP1.Definition, Relayed: false, TimeSpan.FromSeconds(1)),
        new(TopicCatalog.ActionsP2.Definition, Relayed: false, TimeSpan.FromSeconds(5)),
    ];
}
