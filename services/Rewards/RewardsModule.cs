using Mesh.Contracts;
using Mesh.Contracts.Quests.V1;
using Mesh.Partitions;
using Mesh.Wiring;

namespace Mesh.Rewards;

/// <summary>The one list of this service's parts.</summary>
internal static class RewardsModule
{
    public static WebApplicationBuilder AddRewards(this WebApplicationBuilder builder)
    {
        ServiceOptions options = ServiceOptions.From(builder.Configuration, "rewards");
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<PeerCalls>();
        builder.Services.AddSingleton<GameTable>();
        builder.Services.AddSingleton<RewardsAudit>();
        builder.Services.AddSingleton<RewardsService>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddRetentionGuard(options);
        LaneOptions transitions = new(TopicCatalog.QuestTransitions.Definition, Relayed: true, TimeSpan.Zero);
        builder.Services.AddPartitionHost<RewardsProcessor>(
            provider => options.Host([transitions], TopicCatalog.RewardIssued) with
            {
                Resend = Resending.From(
                    builder.Configuration,
                    "quests",
                    provider.GetRequiredService<PeerCalls>(),
                    (invoker, request, call) => new Quests.QuestsClient(invoker).ResendAsync(request, call)),
            },
            (provider, partition) => new RewardsProcessor(
                partition,
                provider.GetRequiredService<GameTable>(),
                provider.GetRequiredService<ILogger<RewardsProcessor>>()));
        builder.AddGameCatalog(provider =>
        {
            GameTable games = provider.GetRequiredService<GameTable>();
            PartitionHost<RewardsProcessor> host = provider.GetRequiredService<PartitionHost<RewardsProcessor>>();
            return new CatalogHandlers(record =>
            {
                games.Apply(record);
                host.Wake();
            });
        });
        return builder;
    }
}
