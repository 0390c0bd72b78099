using System.Collections.Immutable;
using Mesh.ServiceDefaults;

namespace Mesh.Gateway;

/// <summary>Where the gateway listens and where the services are. Immutable; read once, at start.</summary>
/// <param name="Grpc">Address for gRPC: HTTP/2 without TLS.</param>
/// <param name="Web">Address for browsers and probes: HTTP/1.1.</param>
/// <param name="Destinations">The addresses of each service's instances, by the service's name in lower case.</param>
public sealed record GatewayOptions(
    Uri Grpc, Uri Web, ImmutableSortedDictionary<string, ImmutableArray<Uri>> Destinations)
{
    /// <summary>Connections of each endpoint: one more is closed at once.</summary>
    public int Connections { get; init; } = Limits.Connections;

    /// <summary>Calls under way on a connection: one more waits at the client.</summary>
    public int StreamsPerConnection { get; init; } = Limits.StreamsPerConnection;

    /// <summary>New connections a second of each endpoint: more wait until it is their turn.</summary>
    public int ConnectionsPerSecond { get; init; } = DefaultConnectionsPerSecond;

    /// <summary>Setting of <see cref="Grpc"/>.</summary>
    public const string GrpcSetting = "MESH_ENDPOINT_GRPC";

    /// <summary>Setting of <see cref="Web"/>.</summary>
    public const string WebSetting = "MESH_ENDPOINT_WEB";

    /// <summary>The services behind the gateway; <c>quests</c> serves <c>mesh.quests.v1.Quests</c>.</summary>
    public static readonly ImmutableArray<string> Services =
        ["ingestion", "leaderboard", "quests", "rewards", "sessions"];

    /// <summary>
    /// Reads <see cref="GrpcSetting"/>, <see cref="WebSetting"/> and, for each service, <c>services__NAME__http__0</c>,
    /// <c>services__NAME__http__1</c>, …, one for each instance; <c>Mesh__Connections</c>,
    /// <c>Mesh__StreamsPerConnection</c>, <c>Mesh__ConnectionsPerSecond</c>.
    /// </summary>
    /// <exception cref="SettingException">A setting is missing or wrong; the message names it.</exception>
    public static GatewayOptions From(IConfiguration configuration)
    {
        var destinations = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<Uri>>(StringComparer.Ordinal);
        foreach (string service in Services)
        {
            IConfigurationSection section = configuration.GetSection($"services:{service}:http");
            ImmutableArray<Uri> addresses =
                [.. section.GetChildren().Select(child => Address(InEnvironment(child.Path), child.Value))];
            destinations[service] = addresses.Length > 0
                ? addresses
                : throw new SettingException(
                    $"Setting services__{service}__http__0 is missing: where the service {service} is.");
        }

        return new GatewayOptions(
            Address(GrpcSetting, configuration[GrpcSetting] ?? "http://127.0.0.1:8400"),
            Address(WebSetting, configuration[WebSetting] ?? "http://127.0.0.1:8480"),
            destinations.ToImmutable())
        {
            Connections = configuration.NumberSetting("Connections", Limits.Connections, Limits.LargestSetting),
            StreamsPerConnection = configuration.NumberSetting(
                "StreamsPerConnection", Limits.StreamsPerConnection, Limits.LargestSetting),
            ConnectionsPerSecond = configuration.NumberSetting(
                "ConnectionsPerSecond", DefaultConnectionsPerSecond, Limits.LargestSetting),
        };
    }

    private static int DefaultConnectionsPerSecond =>
        Limits.ConnectionsPerSecondAndProcessor * Environment.ProcessorCount;

    private static string InEnvironment(string path) => path.Replace(":", "__", StringComparison.Ordinal);

    private static Uri Address(string setting, string? value) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? address)
            && address.Scheme == Uri.UriSchemeHttp
            && address.PathAndQuery == "/"
            ? address
            : throw new SettingException(
                $"Setting {setting} must be an address such as http://127.0.0.1:8400, not '{value}'.");
}
