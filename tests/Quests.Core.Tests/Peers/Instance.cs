using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Contracts;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Types.V1;
using Mesh.Partitions;
using Mesh.Wiring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Quests.Tests.Peers;

/// <summary>An instance that answers for some partitions, on a free port of loopback.</summary>
internal sealed class Instance : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;
    private readonly PeerCalls _peers = new();

    private Instance(WebApplication app, Answers answers)
    {
        _app = app;
        Address = app.Urls.Single();
        Said = answers;
        answers.Peers = _peers;
        _channel = GrpcChannel.ForAddress(Address);
        Client = new Contracts.Quests.V1.Quests.QuestsClient(_channel);
    }

    public string Address { get; }

    public Answers Said { get; }

    public Contracts.Quests.V1.Quests.QuestsClient Client { get; }

    public static async Task<Instance> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        Answers answers = new();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(answers);
        WebApplication app = builder.Build();
        app.MapGrpcService<Answers>();
        await app.StartAsync();
        return new Instance(app, answers);
    }

    /// <summary>It ends, and its address answers no more.</summary>
    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        _peers.Dispose();
        using CancellationTokenSource soon = new(TimeSpan.FromSeconds(5));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }
}

/// <summary>What an instance answers, and what it was asked.</summary>
internal sealed class Answers : Contracts.Quests.V1.Quests.QuestsBase
{
    public PeerCalls Peers { get; set; } = null!;

    /// <summary>What it answers where the partition is its own; throws where it is not.</summary>
    public Func<Game> Game { get; set; } = () => new Game();

    public IReadOnlyList<PartitionPlace> Places { get; set; } = [];

    public List<(Metadata Headers, DateTime Deadline)> Asked { get; } = [];

    public override Task<Game> GetGame(GetGameRequest request, ServerCallContext context)
    {
        lock (Asked)
        {
            Asked.Add((context.RequestHeaders, context.Deadline));
        }

        return Peers.AnswerAsync(
            context,
            () => Task.FromResult(Game()),
            (invoker, options) =>
                new Contracts.Quests.V1.Quests.QuestsClient(invoker).GetGameAsync(request, options));
    }

    public override async Task<ListGamesResponse> ListGames(ListGamesRequest request, ServerCallContext context)
    {
        IReadOnlyList<ListGamesResponse> answers = await Peers.GatherAsync(
            context,
            () => Places,
            () => Task.FromResult(new ListGamesResponse
            {
                Partitions = { Places.Where(place => place.IsHere).Select(place => (uint)place.Partition) },
            }),
            (invoker, options) =>
                new Contracts.Quests.V1.Quests.QuestsClient(invoker).ListGamesAsync(request, options),
            answer => answer.Partitions);
        return new ListGamesResponse { Partitions = { answers.SelectMany(answer => answer.Partitions) } };
    }

    public override Task<ResendResponse> Resend(ResendRequest request, ServerCallContext context) =>
        Host.ResendAsync(request, context);

    /// <summary>A host that never starts.</summary>
    private static PartitionHost<QuestsProcessor> Host { get; } = new(
        new PartitionHostOptions
        {
            ConnectionString = string.Empty,
            Bus = new Bus.BusOptions { BootstrapServers = string.Empty, ClientId = string.Empty },
            Partitions = Placement.Partitions,
            Lanes = [],
            Targets = [],
        },
        _ => throw new NotSupportedException(),
        null!,
        Microsoft.Extensions.Logging.Abstractions.NullLogger<PartitionHost<QuestsProcessor>>.Instance);
}
