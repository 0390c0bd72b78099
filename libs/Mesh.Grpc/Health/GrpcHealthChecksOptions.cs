namespace Grpc.AspNetCore.HealthChecks;

/// <summary>How health checks become the health of services.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>Which checks make up the health of which service; all of them that of the empty name.</summary>
    public ServiceMappingCollection Services { get; } = [new ServiceMapping("", _ => true)];

    /// <summary>
    /// Whether Check answers with what was last published, every 30 s unless <c>HealthCheckPublisherOptions</c> says
    /// otherwise, rather than runs the checks. Off unless set; Watch always goes by what is published.
    /// </summary>
    public bool UseHealthChecksCache { get; set; }

    /// <summary>Whether watches go on while the host stops, until they are aborted. Off unless set.</summary>
    public bool SuppressCompletionOnShutdown { get; set; }
}
