using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Bench.Scenarios.Grpc;

/// <summary>The servers that are measured, each in a process of its own.</summary>
internal static class EchoHost
{
    internal const string Mesh = "mesh";
    internal const string Kestrel = "kestrel";

    /// <summary>What the process says when it serves, before the ports of the service and of the counters.</summary>
    internal const string Ready = "ready ";

    /// <summary>Serves until the process is stopped.</summary>
    /// <param name="kind">Which server.</param>
    /// <param name="cancellation">Stops it.</param>
    internal static async Task RunAsync(string kind, CancellationToken cancellation)
    {
        await using WebApplication echo = kind == Mesh ? CreateMesh() : CreateKestrel();
        await using WebApplication counters = CreateCounters();
        await echo.StartAsync(cancellation);
        await counters.StartAsync(cancellation);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Ready}{PortOf(echo)} {PortOf(counters)}"));

        // Our standard input is a pipe that only the parent holds: it ends with the parent.
        while (await Console.In.ReadLineAsync(cancellation) is not null)
        {
        }
    }

    private static WebApplication CreateMesh()
    {
        WebApplicationBuilder builder = CreateBuilder(HttpProtocols.Http2);
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<EchoService>();
        WebApplication app = builder.Build();
        app.MapGrpcService<EchoService>();
        return app;
    }

    /// <summary>The least that echoes: no routing, no trailers, nothing is parsed.</summary>
    private static WebApplication CreateKestrel()
    {
        WebApplication app = CreateBuilder(HttpProtocols.Http2).Build();
        PathString unary = new("/" + Echo.Descriptor.FullName + "/Unary");
        app.Run(context => context.Request.Path == unary ? EchoOnceAsync(context) : EchoEachAsync(context));
        return app;
    }

    private static WebApplication CreateCounters()
    {
        WebApplication app = CreateBuilder(HttpProtocols.Http1).Build();
        app.Run(context => context.Response.WriteAsync(
            GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture)));
        return app;
    }

    private static WebApplicationBuilder CreateBuilder(HttpProtocols protocols)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Streams are longer than uploads may be.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        return builder;
    }

    private static int PortOf(WebApplication app) => new Uri(
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    private static async Task EchoOnceAsync(HttpContext context)
    {
        PipeReader requests = context.Request.BodyReader;
        while (true)
        {
            ReadResult read = await requests.ReadAsync();
            if (read.IsCompleted)
            {
                Copy(read.Buffer, context.Response.BodyWriter);
                requests.AdvanceTo(read.Buffer.End);
                return;
            }

            requests.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static async Task EchoEachAsync(HttpContext context)
    {
        PipeReader requests = context.Request.BodyReader;
        PipeWriter responses = context.Response.BodyWriter;
        while (true)
        {
            ReadResult read = await requests.ReadAsync();
            Copy(read.Buffer, responses);
            requests.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }

            await responses.FlushAsync();
        }
    }

    private static void Copy(in ReadOnlySequence<byte> bytes, PipeWriter target)
    {
        foreach (ReadOnlyMemory<byte> part in bytes)
        {
            target.Write(part.Span);
        }
    }
}
