using System.Globalization;
using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Mesh.Gateway;

/// <summary>Which path goes to which service, and how: data for the proxy.</summary>
internal static class ProxyTable
{
    internal static IReadOnlyList<RouteConfig> Routes() =>
        [.. GatewayOptions.Services.Select(service => new RouteConfig
        {
            RouteId = service,
            ClusterId = service,
            Match = new RouteMatch { Path = $"/mesh.{service}.v1.{Capitalized(service)}/{{**rest}}" },
        })];

    internal static IReadOnlyList<ClusterConfig> Clusters(GatewayOptions options) =>
        [.. options.Destinations.Select(service => Cluster(service.Key, service.Value))];

    private static ClusterConfig Cluster(string service, IReadOnlyList<Uri> addresses) => new()
    {
        ClusterId = service,
        Destinations = addresses
            .Select((address, index) => (address, Name: index.ToString(CultureInfo.InvariantCulture)))
            .ToDictionary(d => d.Name, d => new DestinationConfig { Address = d.address.AbsoluteUri }),
        HttpRequest = new ForwarderRequestConfig
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,

            // A silent stream is a watcher with nothing to see, not a fault.
            ActivityTimeout = Timeout.InfiniteTimeSpan,
        },
        HttpClient = new HttpClientConfig { EnableMultipleHttp2Connections = true },

        // An instance that cannot be reached is left out for a moment while there are others.
        HealthCheck = new HealthCheckConfig
        {
            Passive = new PassiveHealthCheckConfig
            {
                Enabled = true,
                Policy = "TransportFailureRate",
                ReactivationPeriod = TimeSpan.FromSeconds(2),
            },
            AvailableDestinationsPolicy = "HealthyOrPanic",
        },
    };

    private static string Capitalized(string service) => char.ToUpperInvariant(service[0]) + service[1..];
}
