using Mesh.Contracts;
using Mesh.Partitions;
using Mesh.Wiring;

namespace Mesh.Leaderboard;

/// <summary>The one list of this service's parts.</summary>
internal static class LeaderboardModule
{
    public static WebApplicationBuilder AddLeaderboard(this WebApplicationBuilder builder)
    {
        ServiceOptions options = ServiceOptions.From(builder.Configuration, "leaderboard");
        builder.Services.AddSingleton<LeaderboardAudit>();
        builder.Services.AddSingleton<BoardWatch>();
        builder.Services.AddSingleton<LeaderboardService>();
        builder.Services.AddSingleton(TimeProvider.System);
        LaneOptions issued = new(TopicCatalog.RewardIssued.Definition, Relayed: true, TimeSpan.Zero);
        builder.Services.AddPartitionHost<LeaderboardProcessor>(
            _ => options.Host([issued]),
            _ => LeaderboardProcessor.All());
        return builder;
    }
}
