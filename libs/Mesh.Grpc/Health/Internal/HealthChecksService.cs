using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.HealthChecks.Internal;

/// <summary>
/// Answers for <see cref="HealthServiceImpl"/>, with checks that are run when somebody asks unless the options say that
/// what was published will do.
/// </summary>
internal sealed class HealthChecksService(
    HealthServiceImpl health, HealthCheckService checks, IOptions<GrpcHealthChecksOptions> options)
    : Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        await RefreshAsync(request.Service, context.CancellationToken).ConfigureAwait(false);
        return await health.Check(request, context).ConfigureAwait(false);
    }

    public override async Task Watch(
        HealthCheckRequest request,
        IServerStreamWriter<HealthCheckResponse> responseStream,
        ServerCallContext context)
    {
        await RefreshAsync(request.Service, context.CancellationToken).ConfigureAwait(false);
        await health.Watch(request, responseStream, context).ConfigureAwait(false);
    }

    private async Task RefreshAsync(string service, CancellationToken cancellationToken)
    {
        if (!options.Value.UseHealthChecksCache && options.Value.Services.TryGetValue(service, out var mapping))
        {
            var report = await checks.CheckHealthAsync(
                check => mapping.HealthCheckPredicate(new HealthCheckMapContext(check.Name, check.Tags)),
                cancellationToken).ConfigureAwait(false);
            health.SetStatus(service, ServiceHealth.Of(mapping, report));
        }
    }
}
