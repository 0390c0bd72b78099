using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Grpc.Interop.Server;

/// <summary>The server of the cases, on HTTP/2 without TLS.</summary>
internal sealed class InteropServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private InteropServer(WebApplication app)
    {
        _app = app;
        Port = new Uri(app.Urls.First()).Port;
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Starts it.</summary>
    /// <param name="port">Of all interfaces; 0: a free one of loopback.</param>
    /// <returns>The server; dispose of it to stop it.</returns>
    public static async Task<InteropServer> StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http2);
            if (port == 0)
            {
                kestrel.Listen(IPAddress.Loopback, port);
            }
            else
            {
                kestrel.ListenAnyIP(port);
            }
        });
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<TestServiceImpl>();
        var app = builder.Build();
        app.UseRequestCompression();
        app.MapGrpcService<TestServiceImpl>();
        await app.StartAsync();
        return new InteropServer(app);
    }

    /// <summary>Ends when the process is asked to stop.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }
}
