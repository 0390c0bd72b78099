using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Partitions;
using Mesh.ServiceDefaults;
using Microsoft.Extensions.Configuration;

namespace Mesh.Wiring;

/// <summary>Where a service's database and the broker are. Read once at start; what is missing is named.</summary>
internal sealed record ServiceOptions
{
    /// <summary>The service's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where other instances reach this one; empty: nowhere, so it must be the only one.</summary>
    public required string Address { get; init; }

    /// <summary>The service's own database.</summary>
    public required string Database { get; init; }

    /// <summary>The broker.</summary>
    public required BusOptions Bus { get; init; }

    /// <summary>
    /// Reads the settings of a service: <c>ConnectionStrings__NAME</c>, <c>ConnectionStrings__kafka</c>, and where
    /// other instances reach it: <c>Mesh__Address</c>, or else the first of <c>ASPNETCORE_URLS</c>.
    /// </summary>
    public static ServiceOptions From(IConfiguration configuration, string name) => new()
    {
        Name = name,
        Address = configuration["Mesh:Address"] ?? AddressIn(configuration["urls"]),
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
        Name = Name,
        Address = Address,
        ConnectionString = Database,
        Bus = Bus,
        Partitions = Placement.Partitions,
        Lanes = lanes,
        Targets =
        [
            .. targets.Select(t => t.Definition),
            .. lanes.Select(lane => TopicCatalog.DeadLettersOf(lane.Topic.Name).Definition),
        ],
        Bury = letter => DeadLetters.Bury(Name, letter),
    };

    private static string[] Everywhere { get; } = ["*", "+", "0.0.0.0", "[::]"];

    /// <summary>
    /// The three lanes of actions: p0 at once, p1 after it and within 1 s, p2 within 5 s, in lumps and with rests.
    /// </summary>
    public static IReadOnlyList<LaneOptions> ActionLanes { get; } =
    [
        new(TopicCatalog.ActionsP0.Definition, Relayed: false, TimeSpan.Zero),
        new(TopicCatalog.ActionsP1.Definition, Relayed: false, TimeSpan.FromSeconds(1)),
        new(TopicCatalog.ActionsP2.Definition, Relayed: false, TimeSpan.FromSeconds(5))
        {
            FetchMinBytes = 64 * 1024,
            Rests = true,
        },
    ];

    // A server that listens on every address is reached by the machine's name.
    private static string AddressIn(string? urls)
    {
        string first = urls?.Split(';', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? string.Empty;
        return Everywhere.Aggregate(
            first, (url, host) => url.Replace($"://{host}", $"://{Environment.MachineName}", StringComparison.Ordinal));
    }
}
