using Grpc.Core;
using Mesh.Cli.Connection;
using Mesh.Cli.Following;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Types.V1;

namespace Mesh.Cli.Verify;

/// <summary>Reads the topics and every service's account of its log, and compares them.</summary>
internal sealed class Verifier(GatewayConnection gateway, string broker)
{
    private static readonly TimeSpan FollowPatience = TimeSpan.FromSeconds(10);
    private readonly Patience _patience = Patience.OfACommand();

    /// <summary>One game, or all of them.</summary>
    internal async Task<IReadOnlyList<VerifyReport>> RunAsync(string? game, CancellationToken cancellation)
    {
        // 1. The games, 2. the topics, 3. every service has taken in what they hold, 4. each game's books.
        List<Game> games = game is null
            ? await ListAsync(cancellation)
            : [await GetAsync(game, version: 0, cancellation)];
        ActionLogs logs = await ActionLogs.ReadAsync(broker, cancellation);
        await SettleAsync(logs.Ends, cancellation);
        List<VerifyReport> reports = [];
        foreach (Game one in games)
        {
            reports.Add(await AuditAsync(one, logs, cancellation));
        }

        return reports;
    }

    // A mesh that is stuck is not settled; then the comparison names what is missing.
    private async Task SettleAsync(Positions actions, CancellationToken cancellation)
    {
        try
        {
            await new HopFollower(gateway, FollowPatience).FollowAsync(actions, cancellation);
        }
        catch (CliException stuck)
        {
            await Console.Error.WriteLineAsync($"mesh: {stuck.Message}");
        }
    }

    private async Task<VerifyReport> AuditAsync(Game game, ActionLogs logs, CancellationToken cancellation)
    {
        RuleBook rules = new();
        for (ulong version = 1; version <= game.Version; version++)
        {
            Game defined = version == game.Version
                ? game
                : await GetAsync(game.GameId, version, cancellation);
            rules.Add((uint)version, defined.Definition);
        }

        GameAudit audit = new(game.GameId, logs.Of(game.GameId), rules, logs.Late);
        AuditRequest request = new() { GameId = game.GameId };
        await TakeAllAsync(
            () => gateway.Quests.Audit(request, cancellationToken: cancellation), audit.TakeQuests, cancellation);
        await TakeAllAsync(
            () => gateway.Rewards.Audit(request, cancellationToken: cancellation), audit.TakeRewards, cancellation);
        await TakeAllAsync(
            () => gateway.Sessions.Audit(request, cancellationToken: cancellation), audit.TakeSessions, cancellation);
        await TakeAllAsync(
            () => gateway.Leaderboard.Audit(request, cancellationToken: cancellation), audit.TakeBoard, cancellation);
        return audit.Compare();
    }

    private async Task<List<Game>> ListAsync(CancellationToken cancellation)
    {
        ListGamesResponse listed = await _patience.CallAsync(
            () => gateway.Quests.ListGamesAsync(new ListGamesRequest(), cancellationToken: cancellation).ResponseAsync,
            cancellation);
        return [.. listed.Games];
    }

    private Task<Game> GetAsync(string game, ulong version, CancellationToken cancellation) => _patience.CallAsync(
        () => gateway.Quests.GetGameAsync(
            new GetGameRequest { GameId = game, Version = version }, cancellationToken: cancellation).ResponseAsync,
        cancellation);

    // Read to its end before any of it counts: a stream that breaks is read again from its beginning.
    private async Task TakeAllAsync<T>(
        Func<AsyncServerStreamingCall<T>> open, Action<T> take, CancellationToken cancellation)
    {
        foreach (T part in await _patience.ReadAllAsync(open, cancellation))
        {
            take(part);
        }
    }
}
