using Grpc.Net.Client;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Sessions.V1;

namespace Mesh.Bench.Scenarios.Latency;

/// <summary>One client's connection to the gateway.</summary>
internal sealed class GatewayClients : IDisposable
{
    private readonly GrpcChannel _channel;

    internal GatewayClients(string address)
    {
        _channel = GrpcChannel.ForAddress(address);
        Ingestion = new Ingestion.IngestionClient(_channel);
        Quests = new Quests.QuestsClient(_channel);
        Sessions = new Sessions.SessionsClient(_channel);
        Leaderboard = new Leaderboard.LeaderboardClient(_channel);
    }

    internal Ingestion.IngestionClient Ingestion { get; }

    internal Quests.QuestsClient Quests { get; }

    internal Sessions.SessionsClient Sessions { get; }

    internal Leaderboard.LeaderboardClient Leaderboard { get; }

    /// <summary>Makes a game in which every new venue earns one point.</summary>
    internal async Task CreateGameAsync(string slug, CancellationToken cancellation) =>
        await Quests.CreateGameAsync(VenueHunt(slug), cancellationToken: cancellation);

    /// <summary>A game in which every new venue earns one point.</summary>
    internal static GameDefinition VenueHunt(string slug) => new()
    {
        Slug = slug,
        Title = slug,
        Quests = { new QuestDefinition { QuestId = "venues", Title = "Venues", ScavengerHunt = new() } },
        Rules =
        {
            new RewardRule
            {
                RuleId = "visit",
                QuestId = "venues",
                On = QuestTransition.Types.Kind.Step,
                Currency = "points",
                Amount = 1,
            },
        },
        Scales = { ["points"] = 0 },
    };

    public void Dispose() => _channel.Dispose();
}
