using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Grpc.Net.Client;
using Mesh.Gateway;
using Mesh.ServiceDefaults;
using Microsoft.AspNetCore.Builder;

namespace Gateway.Tests;

/// <summary>The gateway on free ports, in this process.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningGateway(WebApplication app)
    {
        _app = app;
        string[] urls = [.. app.Urls];
        Grpc = new Uri(urls[0]);
        Web = new Uri(urls[1]);
        Channel = GrpcChannel.ForAddress(Grpc);
    }

    public Uri Grpc { get; }

    public Uri Web { get; }

    public GrpcChannel Channel { get; }

    /// <summary>Starts it with every service at one address, but for those named.</summary>
    public static Task<RunningGateway> StartAsync(Uri services, params (string Service, Uri Address)[] others) =>
        StartAsync(service => [others.Where(other => other.Service == service).Select(other => other.Address)
            .FirstOrDefault(services)]);

    /// <summary>Starts it with so many connections to an endpoint at the most.</summary>
    public static Task<RunningGateway> WithConnectionsAsync(int connections) =>
        StartAsync(_ => [Nowhere()], options => options with { Connections = connections });

    /// <summary>Starts it with so many new connections to an endpoint a second.</summary>
    public static Task<RunningGateway> WithPaceAsync(int connectionsPerSecond, Uri? services = null) => StartAsync(
        _ => [services ?? Nowhere()],
        options => options with { Grpc = Nowhere(), ConnectionsPerSecond = connectionsPerSecond });

    /// <summary>Starts it with several instances of every service.</summary>
    public static Task<RunningGateway> WithInstancesAsync(params Uri[] instances) => StartAsync(_ => [.. instances]);

    private static async Task<RunningGateway> StartAsync(
        Func<string, ImmutableArray<Uri>> addresses, Func<GatewayOptions, GatewayOptions>? change = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.AddProcessDefaults();
        GatewayOptions options = new(
            new Uri("http://127.0.0.1:0"),
            new Uri("http://127.0.0.1:0"),
            GatewayOptions.Services.ToImmutableSortedDictionary(service => service, addresses));
        builder.AddGateway(change?.Invoke(options) ?? options);
        WebApplication app = builder.Build();
        app.MapGateway();
        await app.StartAsync();
        return new RunningGateway(app);
    }

    /// <summary>An address at which nothing listens.</summary>
    public static Uri Nowhere()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new Uri($"http://{socket.LocalEndPoint}");
    }

    /// <summary>Stops it in good order.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.DisposeAsync();
    }
}
