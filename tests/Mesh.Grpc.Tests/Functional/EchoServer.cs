using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Grpc.Tests.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>A real server on a free port of loopback, and a channel to it.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly int[] _connections;

    private EchoServer(WebApplication app, EchoService service, int[] connections)
    {
        _app = app;
        _connections = connections;
        Service = service;
        Address = app.Urls.Single();
        Channel = GrpcChannel.ForAddress(Address);
        Client = new Echo.EchoClient(Channel);
    }

    public EchoService Service { get; }

    public string Address { get; }

    public GrpcChannel Channel { get; }

    public Echo.EchoClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>How many connections to the server are open.</summary>
    public int Connections => Volatile.Read(ref _connections[0]);

    public int Port => new Uri(Address).Port;

    public static async Task<EchoServer> StartAsync(
        HttpProtocols protocols = HttpProtocols.Http2,
        Action<IServiceCollection>? configure = null,
        int port = 0,
        X509Certificate2? certificate = null,
        Action<KestrelServerLimits>? limit = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var connections = new int[1];
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            limit?.Invoke(kestrel.Limits);
            kestrel.Listen(System.Net.IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = protocols;
                listen.Use(next => async connection =>
                {
                    Interlocked.Increment(ref connections[0]);
                    await next(connection);
                    Interlocked.Decrement(ref connections[0]);
                });
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var service = new EchoService();
        builder.Services.AddGrpc();
        builder.Services.AddGrpcHealthChecks();
        builder.Services.AddGrpcReflection();
        builder.Services.AddSingleton(service);
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapGrpcService<EchoService>();
        app.MapGrpcService<ReflectedService>();
        app.MapGrpcHealthChecksService();
        app.MapGrpcReflectionService();
        await app.StartAsync();
        return new EchoServer(app, service, connections);
    }

    /// <summary>Stops and aborts what is under way.</summary>
    public async Task StopAtOnceAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }
}
