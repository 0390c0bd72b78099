using Grpc.Core;
using Grpc.Net.Client;
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

    /// <summary>How many may be unacknowledged.</summary>
    public int Window { get; set; } = 100;

    /// <summary>Venues in the order in which they came in, acknowledged or not.</summary>
    public List<string> Received { get; } = [];
}

/// <summary>A door that answers each action as it comes.</summary>
internal sealed class FakeIngestion(DoorScript script) : Ingestion.IngestionBase
{
    public override async Task SubmitStream(
        IAsyncStreamReader<SubmitStreamRequest> requestStream,
        IServerStreamWriter<SubmitStreamResponse> responseStream,
        ServerCallContext context)
    {
        ulong number = 0;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            SubmitStreamRequest request = requestStream.Current;
            Assert.Equal(++number, request.Number);
            script.Received.Add(request.Action.CheckIn.VenueId);
            if (script.BreakAfter > 0 && script.Received.Count == script.BreakAfter)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "The door breaks."));
            }

            await responseStream.WriteAsync(AnswerTo(request));
        }
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
        else if (venue == script.Later)
        {
            script.Later = "";
            answer.Refused[request.Number] = new Receipt { Status = Receipt.Types.Status.Later };
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

    public static async Task<FakeDoor> StartAsync(DoorScript script)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(script);
        WebApplication app = builder.Build();
        app.MapGrpcService<FakeIngestion>();
        await app.StartAsync();
        return new FakeDoor(app);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.DisposeAsync();
    }
}
