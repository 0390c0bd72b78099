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

    private EchoServer(WebApplication app, EchoService service)
    {
        _app = app;
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

    public static async Task<EchoServer> StartAsync(
        HttpProtocols protocols = HttpProtocols.Http2, Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        var service = new EchoService();
        builder.Services.AddGrpc();
        builder.Services.AddGrpcHealth();
        builder.Services.AddSingleton(service);
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapGrpcService<EchoService>();
        app.MapGrpcHealthService();
        await app.StartAsync();
        return new EchoServer(app, service);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }
}
