using Grpc.Net.Client;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Rewards.V1;
using Mesh.Contracts.Sessions.V1;

namespace EndToEnd.Tests.Harness;

/// <summary>The services, through the gateway.</summary>
internal sealed class Services : IDisposable
{
    /// <summary>The tenant that a gateway without API keys gives every call.</summary>
    internal const string Tenant = "demo";

    private readonly GrpcChannel _channel;

    internal Services(Uri gateway)
    {
        _channel = GrpcChannel.ForAddress(gateway);
        Ingestion = new Ingestion.IngestionClient(_channel);
        Quests = new Quests.QuestsClient(_channel);
        Sessions = new Sessions.SessionsClient(_channel);
        Rewards = new Rewards.RewardsClient(_channel);
        Leaderboard = new Leaderboard.LeaderboardClient(_channel);
    }

    internal Ingestion.IngestionClient Ingestion { get; }

    internal Quests.QuestsClient Quests { get; }

    internal Sessions.SessionsClient Sessions { get; }

    internal Rewards.RewardsClient Rewards { get; }

    internal Leaderboard.LeaderboardClient Leaderboard { get; }

    public void Dispose() => _channel.Dispose();

    /// <summary>Where a player stands on a game's board; null: not on it.</summary>
    internal async Task<Entry?> RankAsync(string game, string player) => (await Leaderboard.RankAsync(new RankRequest
    {
        Board = new BoardRef { GameId = game }, Subject = $"p/{player}",
    })).Entry;

    /// <summary>Waits until a player has a score.</summary>
    internal async Task<Entry> ScoreAsync(string game, string player, long score) => (await Until.AnswerAsync(
        $"{player} has {score} in {game}", () => RankAsync(game, player), entry => entry?.Score == score))!;
}
