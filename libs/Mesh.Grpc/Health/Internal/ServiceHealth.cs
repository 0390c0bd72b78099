using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Grpc.AspNetCore.HealthChecks.Internal;

/// <summary>The health of a service, out of the health of checks.</summary>
internal static class ServiceHealth
{
    /// <summary>Whether all checks of a mapping pass; a degraded one passes.</summary>
    public static HealthCheckResponse.Types.ServingStatus Of(ServiceMapping mapping, HealthReport report) =>
        report.Entries.Any(entry => entry.Value.Status == HealthStatus.Unhealthy
            && mapping.HealthCheckPredicate(new HealthCheckMapContext(entry.Key, entry.Value.Tags)))
            ? HealthCheckResponse.Types.ServingStatus.NotServing
            : HealthCheckResponse.Types.ServingStatus.Serving;
}
