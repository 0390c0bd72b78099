using Mesh.Contracts;
using Mesh.Partitions;
using Mesh.Wiring;

namespace Mesh.Quests;

/// <summary>The one list of this service's parts.</summary>
internal static class QuestsModule
{
    public static WebApplicationBuilder AddQuests(this WebApplicationBuilder builder)
    {
        ServiceOptions options = ServiceOptions.From(builder.Configuration, "quests");
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<PeerCalls>();
        builder.Services.AddSingleton<GameCatalog>();
        builder.Services.AddSingleton<QuestsAudit>();
        builder.Services.AddSingleton<QuestsService>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddRetentionGuard(options);
        builder.Services.AddPartitionHost<QuestsProcessor>(
            _ => options.Host(ServiceOptions.ActionLanes, TopicCatalog.QuestTransitions, TopicCatalog.QuestCatalog),
            (provider, partition) => new QuestsProcessor(partition, provider.GetRequiredService<GameCatalog>()));
        builder.AddGameCatalog(provider =>
        {
            GameCatalog catalog = provider.GetRequiredService<GameCatalog>();
            PartitionHost<QuestsProcessor> host = provider.GetRequiredService<PartitionHost<QuestsProcessor>>();
            return new CatalogHandlers(record =>
            {
                catalog.Apply(record);
                host.Wake();
            });
        });
        return builder;
    }
}
