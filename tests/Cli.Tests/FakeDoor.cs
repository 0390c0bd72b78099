using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Types.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cli.Tests;

/// <summary>What the door shall do, and what came in.</summary>
internal sealed class DoorScript
{
    /// <summary>The first stream breaks after so many actions; 0: none does.</summary>
    public int BreakAfter { get; set; }

    /// <summary>Rows of these venues are refused.</summary>
    public string Refused { get; set; } = "";

    /// <summary>The first row of this venue is told to come later.</summary>
    public string Later { get; set; } = "";

    /// <summary>Every row is told to come later, the first time.</summary>
    public bool EachLater { get; set; }

    /// <summary>How much later.</summary>
    public TimeSpan LaterBy { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>How long the row that was told to come later took to come again.</summary>
    public TimeSpan? CameAfter { get; set; }

    /// <summary>The venue of the last row.</summary>
    public string Last { get; set; } = "";

    /// <summary>How many may be unacknowledged.</summary>
    public int Window { get; set; } = 100;

    /// <summary>When streams break, how, and how many answers they hold back; null: they do not.</summary>
    public Random? Whims { get; set; }

    /// <summary>Nothing is acknowledged.</summary>
    public bool Mute { get; set; }

    /// <summary>Venues in the order in which they came in, acknowledged or not.</summary>
    public List<string> Received { get; } = [];

    /// <summary>Of each stream: the actions that came in, and up to which of them it was acknowledged.</summary>
    public List<(List<(string Venue, string ActionId)> Actions, int Acknowledged)> Streams { get; } = [];
}

/// <summary>A door that answers each action as it comes.</summary>
internal sealed class FakeIngestion(DoorScript script) : Ingestion.IngestionBase
{
    private readonly HashSet<string> _toldLater = [];
    private (string Venue, long At) _later;

    public override async Task SubmitStream(
        IAsyncStreamReader<SubmitStreamRequest> requestStream,
        IServerStreamWriter<SubmitStreamResponse> responseStream,
        ServerCallContext context)
    {
        ulong number = 0;
        List<(string Venue, string ActionId)> actions = [];
        script.Streams.Add((actions, 0));
        int breakAt = script.Whims?.Next(1, 400) ?? int.MaxValue;
        int heldBack = script.Whims?.Next(1, 20) ?? 1;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            SubmitStreamRequest request = requestStream.Current;
            Assert.Equal(++number, request.Number);
            script.Received.Add(request.Action.CheckIn.VenueId);
            actions.Add((request.Action.CheckIn.VenueId, request.Action.ActionId));
            if (actions.Count == breakAt)
            {
                Break(context);
            }

            // The last ones are told together, or the client would wait for them for ever.
            bool isTold = actions.Count % heldBack == 0
                || actions.Count + heldBack >= breakAt
                || request.Action.CheckIn.VenueId == script.Last;
            if (script.Mute || !isTold)
            {
                continue;
            }

            script.Streams[^1] = (actions, actions.Count);
            if (script.BreakAfter > 0 && script.Received.Count == script.BreakAfter)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "The door breaks."));
            }

            await responseStream.WriteAsync(AnswerTo(request));
        }
    }

    private void Break(ServerCallContext context)
    {
        switch (script.Whims!.Next(4))
        {
            case 0:
                context.GetHttpContext().Abort();
                break;
            case 1:
                throw new InvalidOperationException("The door is broken.");
            case 2:
                throw new RpcException(
                    new Status(StatusCode.Unavailable, "Later."), [new("grpc-retry-pushback-ms", "3")]);
        }

        throw new RpcException(new Status(StatusCode.Unavailable, "The door breaks."));
    }

    private SubmitStreamResponse AnswerTo(SubmitStreamRequest request)
    {
        SubmitStreamResponse answer = new()
        {
            DurableThrough = request.Number,
            Window = (uint)script.Window,
            Token = Google.Protobuf.MessageExtensions.ToByteString(new Token
            {
                Reached = { new TopicPosition { Topic = "actions", NextOffset = (ulong)script.Received.Count } },
            }),
        };
        string venue = request.Action.CheckIn.VenueId;
        if (venue == script.Refused)
        {
            answer.Refused[request.Number] = new Receipt
            {
                Status = Receipt.Types.Status.Refused, Problem = new Problem { Code = "TIME_RANGE", Message = "No." },
            };
        }
        else if (venue == script.Later || (script.EachLater && _toldLater.Add(venue)))
        {
            script.Later = "";
            _later = (venue, Stopwatch.GetTimestamp());
            answer.Refused[request.Number] = new Receipt
            {
                Status = Receipt.Types.Status.Later,
                Problem = Problems.Later(ErrorCodes.RateLimited, "player_id", "Slowly.", script.LaterBy),
            };
        }
        else if (venue == _later.Venue)
        {
            script.CameAfter = Stopwatch.GetElapsedTime(_later.At);
        }

        return answer;
    }
}

/// <summary>The door on a free port.</summary>
internal sealed class FakeDoor : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private FakeDoor(WebApplication app)
    {
        _app = app;
        _channel = GrpcChannel.ForAddress(app.Urls.Single());
        Client = new Ingestion.IngestionClient(_channel);
    }

    public Ingestion.IngestionClient Client { get; }

    public int Port => new Uri(_app.Urls.Single()).Port;

    public static async Task<FakeDoor> StartAsync(DoorScript script, int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(script);
        WebApplication app = builder.Build();
        app.MapGrpcService<FakeIngestion>();
        await app.StartAsync();
        return new FakeDoor(app);
    }

    /// <summary>As when its process is killed: nobody waits for streams to end.</summary>
    public Task StopAsync() => _app.StopAsync(new CancellationToken(canceled: true));

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.DisposeAsync();
    }
}
