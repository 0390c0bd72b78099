using System.Collections.Concurrent;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Types.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests;

/// <summary>What the service behind the gateway has seen.</summary>
internal sealed class Seen
{
    /// <summary>The values of <c>mesh-tenant</c> of each call.</summary>
    public ConcurrentQueue<string> Tenants { get; } = new();

    /// <summary>The ids of the actions that were submitted, in that order.</summary>
    public ConcurrentQueue<string> Actions { get; } = new();

    /// <summary>Completed when the service notices that a stream is cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>What the service behind the gateway shall do.</summary>
internal sealed class UpstreamScript
{
    /// <summary>Answers UNAVAILABLE with these trailers; null: it does not.</summary>
    public Metadata? Unavailable { get; init; }

    /// <summary>Waits for this before it answers.</summary>
    public Func<CancellationToken, Task>? BeforeAnswering { get; init; }
}

/// <summary>A service: refuses what names no player, acknowledges each action of a stream as it comes.</summary>
internal sealed class EchoIngestion(Seen seen, UpstreamScript script) : Ingestion.IngestionBase
{
    public override async Task<Receipt> Submit(Mesh.Contracts.Ingestion.V1.Action request, ServerCallContext context)
    {
        seen.Actions.Enqueue(request.ActionId);
        if (script.Unavailable is { } trailers)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "Not now."), trailers);
        }

        if (script.BeforeAnswering is { } before)
        {
            await before(context.CancellationToken);
        }

        seen.Tenants.Enqueue(string.Join("|", context.RequestHeaders
            .Where(header => header.Key == HeaderNames.Tenant)
            .Select(header => header.Value)));
        return request.PlayerId.Length == 0
            ? throw Problems.Of(ErrorCodes.IdEmpty, "player_id", "There is no player.").ToRpcException()
            : new Receipt { Status = Receipt.Types.Status.Accepted };
    }

    public override async Task SubmitStream(
        IAsyncStreamReader<SubmitStreamRequest> requestStream,
        IServerStreamWriter<SubmitStreamResponse> responseStream,
        ServerCallContext context)
    {
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                await responseStream.WriteAsync(
                    new SubmitStreamResponse { DurableThrough = requestStream.Current.Number });
            }
        }
        catch (Exception)
        {
            // However the end of the client is told, the token tells it as well.
        }

        if (context.CancellationToken.IsCancellationRequested)
        {
            seen.Cancelled.TrySetResult();
        }
    }
}

/// <summary>An HTTP/2 server on a free port: one service and its health.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Upstream(WebApplication app, Seen seen) => (_app, Seen) = (app, seen);

    public Seen Seen { get; }

    public Uri Address => new(_app.Urls.Single());

    public static async Task<Upstream> StartAsync(
        int health = StatusCodes.Status200OK, UpstreamScript? script = null, int port = 0)
    {
        Seen seen = new();
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(seen);
        builder.Services.AddSingleton(script ?? new UpstreamScript());
        WebApplication app = builder.Build();
        app.MapGrpcService<EchoIngestion>();
        app.MapGet("/health", () => Results.Text(health == 200 ? "ok" : "the database is away", statusCode: health));
        await app.StartAsync();
        return new Upstream(app, seen);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
