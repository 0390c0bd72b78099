using Mesh.Contracts;
using Mesh.Partitions;
using Mesh.Wiring;

namespace Mesh.Sessions;

/// <summary>The one list of this service's parts.</summary>
internal static class SessionsModule
{
    public static WebApplicationBuilder AddSessions(this WebApplicationBuilder builder)
    {
        ServiceOptions options = ServiceOptions.From(builder.Configuration, "sessions");
        builder.Services.AddSingleton<PeerCalls>();
        builder.Services.AddSingleton<SessionsAudit>();
        builder.Services.AddSingleton<SessionsService>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddRetentionGuard(options);
        builder.Services.AddPartitionHost<SessionsProcessor>(
            _ => options.Host(ServiceOptions.ActionLanes, TopicCatalog.SessionLifecycle),
            (_, partition) => new SessionsProcessor(partition));
        return builder;
    }
}
