using System.Globalization;
using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

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

        // Of two instances taken by chance, the one with fewer calls under way. A stream is one call for as long as it
        // lives: counted, and not only dealt out in turn, streams find the instance that has just come back without
        // any; and several gateways do not all choose the same one, as they would if each took the least busy of all.
        LoadBalancingPolicy = LoadBalancingPolicies.PowerOfTwoChoices,

        // When all of them are left out, all are tried.
        HealthCheck = new HealthCheckConfig
        {
            Passive = new PassiveHealthCheckConfig
            {
                Enabled = true,
                Policy = UnreachableLeaves.PolicyName,
            },
            AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
        },
    };

    private static string Capitalized(string service) => char.ToUpperInvariant(service[0]) + service[1..];
}
