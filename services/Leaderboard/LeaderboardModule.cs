using Mesh.Contracts;
using Mesh.Contracts.Rewards.V1;
using Mesh.Partitions;
using Mesh.Wiring;

namespace Mesh.Leaderboard;

/// <summary>The one list of this service's parts.</summary>
internal static class LeaderboardModule
{
    public static WebApplicationBuilder AddLeaderboard(this WebApplicationBuilder builder)
    {
        ServiceOptions options = ServiceOptions.From(builder.Configuration, "leaderboard");
        builder.Services.AddSingleton<PeerCalls>();
        builder.Services.AddSingleton<BoardsView>();
        builder.Services.AddSingleton<LeaderboardAudit>();
        builder.Services.AddSingleton<BoardWatch>();
        builder.Services.AddSingleton<LeaderboardService>();
        builder.Services.AddSingleton(TimeProvider.System);
        LaneOptions issued = new(TopicCatalog.RewardIssued.Definition, Relayed: true, TimeSpan.Zero);
        builder.Services.AddPartitionHost<LeaderboardProcessor>(
            provider => options.Host([issued]) with
            {
                Follows = true,
                Resend = Resending.From(
                    builder.Configuration,
                    "rewards",
                    provider.GetRequiredService<PeerCalls>(),
                    (invoker, request, call) => new Rewards.RewardsClient(invoker).ResendAsync(request, call)),
            },
            (provider, partition) =>
                new LeaderboardProcessor(partition, provider.GetRequiredService<BoardsView>()));
        return builder;
    }
}
