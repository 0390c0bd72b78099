using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Types.V1;
using Mesh.Partitions;
using Mesh.Quests.Core.Catalog;
using Mesh.Wiring;
using Api = Mesh.Contracts.Quests.V1;
using GameDefinition = Mesh.Contracts.Events.V1.GameDefinition;

namespace Mesh.Quests;

/// <summary>IN: calls become commands and queries. It translates, and decides nothing.</summary>
internal sealed class QuestsService(PartitionHost<QuestsProcessor> host, QuestsAudit audit, TimeProvider clock)
    : Api.Quests.QuestsBase
{
    /// <inheritdoc />
    public override Task<Game> CreateGame(GameDefinition request, ServerCallContext context) =>
        PublishAsync(new CatalogCommand.CreateGame(QuestsEvents.ToCore(request)), context);

    /// <inheritdoc />
    public override Task<Game> PutGame(PutGameRequest request, ServerCallContext context) =>
        PublishAsync(
            new CatalogCommand.PutGame(
                QuestsEvents.ToCore(request.Definition ?? new GameDefinition()), request.ExpectedVersion),
            context);

    /// <inheritdoc />
    public override async Task<Game> GetGame(GetGameRequest request, ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        string id = ServiceErrors.RequireId(request.GameId, "game_id");
        Game? game = await ServiceErrors.AnswerAsync(() => host.QueryAsync(
            Placement.Partition(Placement.Game(tenant, id)),
            partition => ToGame(partition.FindGame(tenant, id), request.Version),
            context.CancellationToken));
        return game
            ?? throw Problems.Of(ErrorCodes.GameUnknown, "game_id", $"There is no game '{id}'.").ToRpcException();
    }

    /// <inheritdoc />
    public override async Task<ListGamesResponse> ListGames(ListGamesRequest request, ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        Task<List<Game>>[] all = [.. Enumerable.Range(0, Placement.Partitions).Select(n => host.QueryAsync(
            n,
            partition => partition.GamesOf(tenant).Select(game => ToGame(game, 0)!).ToList(),
            context.CancellationToken))];
        List<Game>[] games = await ServiceErrors.AnswerAsync(() => Task.WhenAll(all));
        return new ListGamesResponse
        {
            Games = { games.SelectMany(g => g).OrderBy(g => g.GameId, StringComparer.Ordinal) },
        };
    }

    /// <inheritdoc />
    public override Task<ProgressResponse> Progress(ProgressRequest request, ServerCallContext context) =>
        ServiceErrors.AnswerAsync(() => host.AnswerProgressAsync(context.CancellationToken));

    /// <inheritdoc />
    public override Task Audit(
        AuditRequest request, IServerStreamWriter<Api.AuditResponse> responseStream, ServerCallContext context) =>
        ServiceErrors.AnswerAsync(() => audit.WriteAsync(
            CallTenant.Of(context),
            ServiceErrors.RequireId(request.GameId, "game_id"),
            responseStream,
            context.CancellationToken));

    private async Task<Game> PublishAsync(CatalogCommand command, ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        string slug = ServiceErrors.RequireId(command.Definition.Slug, "slug");
        long nowUs = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        CatalogDecision decision = await ServiceErrors.AnswerAsync(() => host.ExecuteAsync(
            Placement.Partition(Placement.Game(tenant, slug)),
            (partition, appender) => partition.Execute(tenant, command, nowUs, appender),
            context.CancellationToken));
        return decision switch
        {
            CatalogDecision.Published done => ToGame(done.Event.Version, done.Event.Definition),
            CatalogDecision.AlreadyDone done => ToGame(done.Version, done.Definition),
            CatalogDecision.Refused refused =>
                throw Problems.Of(refused.Code, refused.Field, refused.Message).ToRpcException(),
            _ => throw new InvalidOperationException($"Unknown decision {decision}."),
        };
    }

    private static Game? ToGame(GameState? state, ulong version)
    {
        ulong wanted = version == 0 ? state?.Version ?? 0 : version;
        return wanted <= uint.MaxValue && state?.At((uint)wanted) is { } definition ? ToGame(wanted, definition) : null;
    }

    private static Game ToGame(ulong version, Core.Catalog.GameDefinition definition) => new()
    {
        GameId = definition.Slug,
        Version = version,
        Definition = QuestsEvents.ToContract(definition),
    };
}
