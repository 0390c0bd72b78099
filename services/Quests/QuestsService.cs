using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Types.V1;
using Mesh.Partitions;
using Mesh.Quests.Core.Catalog;
using Mesh.Quests.Core.Door;
using Mesh.Wiring;
using Api = Mesh.Contracts.Quests.V1;
using DoorPolicy = Mesh.Contracts.Events.V1.DoorPolicy;
using GameDefinition = Mesh.Contracts.Events.V1.GameDefinition;

namespace Mesh.Quests;

/// <summary>IN: calls become commands and queries. It translates, and decides nothing.</summary>
internal sealed class QuestsService(
    PartitionHost<QuestsProcessor> host, PeerCalls peers, QuestsAudit audit, TimeProvider clock)
    : Api.Quests.QuestsBase
{
    /// <inheritdoc />
    public override Task<Game> CreateGame(GameDefinition request, ServerCallContext context) =>
        PublishAsync(
            new CatalogCommand.CreateGame(QuestsEvents.ToCore(request)),
            context,
            (quests, options) => quests.CreateGameAsync(request, options));

    /// <inheritdoc />
    public override Task<Game> PutGame(PutGameRequest request, ServerCallContext context) =>
        PublishAsync(
            new CatalogCommand.PutGame(
                QuestsEvents.ToCore(request.Definition ?? new GameDefinition()), request.ExpectedVersion),
            context,
            (quests, options) => quests.PutGameAsync(request, options));

    /// <inheritdoc />
    public override Task<Game> GetGame(GetGameRequest request, ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        string id = ServiceErrors.RequireId(request.GameId, "game_id");
        return peers.AnswerAsync(
            context,
            async () =>
            {
                Game? game = await host.QueryAsync(
                    Placement.Partition(Placement.Game(tenant, id)),
                    partition => ToGame(partition.FindGame(tenant, id), request.Version),
                    context.CancellationToken);
                return host.RequireFresh(game) ?? throw Problems
                    .Of(ErrorCodes.GameUnknown, "game_id", $"There is no game '{id}'.")
                    .ToRpcException();
            },
            (invoker, options) => new Api.Quests.QuestsClient(invoker).GetGameAsync(request, options));
    }

    /// <inheritdoc />
    public override async Task<ListGamesResponse> ListGames(ListGamesRequest request, ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        IReadOnlyList<ListGamesResponse> answers = await peers.GatherAsync(
            context,
            () => host.Places,
            () => OwnGamesAsync(tenant, context.CancellationToken),
            (invoker, options) => new Api.Quests.QuestsClient(invoker).ListGamesAsync(request, options),
            answer => answer.Partitions);
        return new ListGamesResponse
        {
            Games = { answers.SelectMany(a => a.Games).OrderBy(g => g.GameId, StringComparer.Ordinal) },
            Partitions = { answers.SelectMany(a => a.Partitions).Order() },
        };
    }

    /// <inheritdoc />
    public override Task<PublishedDoorPolicy> PutDoorPolicy(PutDoorPolicyRequest request, ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        string stream = Placement.Door(tenant);
        PutDoorPolicy command = new(QuestsEvents.ToCore(request.Policy ?? new DoorPolicy()), request.ExpectedVersion);
        long nowUs = NowUs();
        return peers.AnswerAsync(
            context,
            async () => ToPolicy(await host.ExecuteAsync(
                Placement.Partition(stream),
                stream,
                (partition, appender) => partition.Execute(tenant, command, nowUs, appender),
                context.CancellationToken)),
            (invoker, options) => new Api.Quests.QuestsClient(invoker).PutDoorPolicyAsync(request, options));
    }

    /// <inheritdoc />
    public override Task<PublishedDoorPolicy> GetDoorPolicy(GetDoorPolicyRequest request, ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        return peers.AnswerAsync(
            context,
            async () => host.RequireFresh(await host.QueryAsync(
                Placement.Partition(Placement.Door(tenant)),
                partition => partition.FindDoorPolicy(tenant, request.Version),
                context.CancellationToken)) is { } found
                ? ToPolicy(found.Version, found.Policy)
                : throw Problems.Of(
                    ErrorCodes.PolicyUnknown, "version", $"The door policy has no version {request.Version}.")
                    .ToRpcException(),
            (invoker, options) => new Api.Quests.QuestsClient(invoker).GetDoorPolicyAsync(request, options));
    }

    /// <inheritdoc />
    public override Task<ProgressResponse> Progress(ProgressRequest request, ServerCallContext context) =>
        host.AnswerProgressAsync(
            peers,
            context,
            (invoker, options) => new Api.Quests.QuestsClient(invoker).ProgressAsync(request, options));

    /// <inheritdoc />
    public override Task<ResendResponse> Resend(ResendRequest request, ServerCallContext context) =>
        host.ResendAsync(request, context);

    /// <inheritdoc />
    public override Task Audit(
        AuditRequest request, IServerStreamWriter<Api.AuditResponse> responseStream, ServerCallContext context) =>
        ServiceErrors.AnswerAsync(() => audit.WriteAsync(
            CallTenant.Of(context),
            ServiceErrors.RequireId(request.GameId, "game_id"),
            responseStream,
            context.CancellationToken));

    private Task<Game> PublishAsync(
        CatalogCommand command,
        ServerCallContext context,
        Func<Api.Quests.QuestsClient, CallOptions, AsyncUnaryCall<Game>> there)
    {
        string tenant = CallTenant.Of(context);
        string stream = Placement.Game(tenant, ServiceErrors.RequireId(command.Definition.Slug, "slug"));
        long nowUs = NowUs();
        return peers.AnswerAsync(
            context,
            async () => ToGame(await host.ExecuteAsync(
                Placement.Partition(stream),
                stream,
                (partition, appender) => partition.Execute(tenant, command, nowUs, appender),
                context.CancellationToken)),
            (invoker, options) => there(new Api.Quests.QuestsClient(invoker), options));
    }

    private async Task<ListGamesResponse> OwnGamesAsync(string tenant, CancellationToken cancel)
    {
        int[] own = [.. host.Places.Where(place => place.IsHere).Select(place => place.Partition)];
        List<Game>[] games = await Task.WhenAll(own.Select(n => host.QueryAsync(
            n,
            partition => partition.GamesOf(tenant).Select(game => ToGame(game, 0)!).ToList(),
            cancel)));
        return host.RequireFresh(new ListGamesResponse
        {
            Games = { games.SelectMany(g => g) },
            Partitions = { own.Select(n => (uint)n) },
        });
    }

    private long NowUs() => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static PublishedDoorPolicy ToPolicy(DoorPolicyDecision decision) => decision switch
    {
        DoorPolicyDecision.Published done => ToPolicy(done.Event.Version, done.Event.Policy),
        DoorPolicyDecision.AlreadyDone done => ToPolicy(done.Version, done.Policy),
        DoorPolicyDecision.Refused refused =>
            throw Problems.Of(refused.Code, refused.Field, refused.Message).ToRpcException(),
        _ => throw new InvalidOperationException($"Unknown decision {decision}."),
    };

    private static PublishedDoorPolicy ToPolicy(uint version, Core.Door.DoorPolicy policy) =>
        new() { Version = version, Policy = QuestsEvents.ToContract(policy) };

    private static Game ToGame(CatalogDecision decision) => decision switch
    {
        CatalogDecision.Published done => ToGame(done.Event.Version, done.Event.Definition),
        CatalogDecision.AlreadyDone done => ToGame(done.Version, done.Definition),
        CatalogDecision.Refused refused =>
            throw Problems.Of(refused.Code, refused.Field, refused.Message).ToRpcException(),
        _ => throw new InvalidOperationException($"Unknown decision {decision}."),
    };

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
