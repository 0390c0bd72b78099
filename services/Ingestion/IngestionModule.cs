using Grpc.Net.Client;
using Mesh.Contracts;
using Mesh.Ingestion.Relaying;
using Mesh.Partitions;
using Mesh.ServiceDefaults;
using Mesh.Wiring;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using QuestsApi = Mesh.Contracts.Quests.V1;

namespace Mesh.Ingestion;

/// <summary>The one list of this service's parts.</summary>
internal static class IngestionModule
{
    public static WebApplicationBuilder AddIngestion(this WebApplicationBuilder builder)
    {
        ServiceOptions options = ServiceOptions.From(builder.Configuration, "ingestion");
        Uri quests = builder.Configuration.RequiredServiceAddress("quests");
        DoorOptions door = DoorOptions.From(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel => door.Apply(kestrel.Limits));
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(door);
        builder.Services.AddSingleton<OpenStreams>();
        builder.Services.AddSingleton<GameTable>();
        builder.Services.AddSingleton(_ =>
            new QuestsApi.Quests.QuestsClient(GrpcChannel.ForAddress(quests)));
        builder.Services.AddSingleton<GameLookup>();
        builder.Services.AddSingleton<PolicyTable>();
        builder.Services.AddSingleton<DoorLimits>();
        builder.Services.AddSingleton<Door>();
        builder.Services.AddSpill(SpillOptions.From(builder.Configuration), options);
        builder.Services.AddSingleton<ActionRelay>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ActionRelay>());
        builder.Services.AddHealthChecks().AddCheck<ActionRelay>("relay");
        builder.Services.AddSingleton<IngestionService>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddRetentionGuard(options);
        // What the door has not read it asks Quests for.
        builder.AddGameCatalog(
            provider =>
            {
                PolicyTable policies = provider.GetRequiredService<PolicyTable>();
                return new CatalogHandlers(provider.GetRequiredService<GameTable>().Apply)
                {
                    DoorPolicy = policies.Apply,
                    CaughtUp = policies.Complete,
                };
            },
            HealthStatus.Degraded);
        return builder;
    }

    // Before the relay, so that it stops after it. Without the host's own health check: while it cannot send, the door
    // is well, since it accepts.
    private static void AddSpill(this IServiceCollection services, SpillOptions spill, ServiceOptions options)
    {
        services.AddSingleton(spill);
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PartitionHost<SpillProcessor>>(
            provider,
            options.Host([], TopicCatalog.Actions) with { KeepsUnrelayed = true, ServesWithoutBroker = true },
            (Func<int, SpillProcessor>)(_ => new SpillProcessor())));
        services.AddSingleton<SpillLog>();
        services.AddHostedService(provider => provider.GetRequiredService<PartitionHost<SpillProcessor>>());
        services.AddHostedService(provider => provider.GetRequiredService<SpillLog>());
    }
}
