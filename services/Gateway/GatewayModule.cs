using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Transforms;

namespace Mesh.Gateway;

/// <summary>The one list of the gateway's parts.</summary>
public static class GatewayModule
{
    private const int ConnectionWindowBytes = 16 * 1024 * 1024;
    private const int StreamWindowBytes = 2 * 1024 * 1024;

    // A service on the same network answers a connection attempt at once; a dead one must not hold up a caller.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Adds the two endpoints, the proxy and the health probe.</summary>
    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder, GatewayOptions options)
    {
        // The two endpoints are all: ASPNETCORE_URLS, which names them as well, would only draw a warning.
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, string.Empty);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));

        // A line for each request would cost more than passing it on.
        builder.Logging.AddFilter("Yarp", LogLevel.Error);

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<ServicesHealth>();
        builder.WebHost.UseSockets(transport => transport.Backlog = Limits.Backlog);
        builder.Services.AddSingleton<IConnectionListenerFactory, PacedConnections>();
        builder.Services.AddReverseProxy()
            .LoadFromMemory(ProxyTable.Routes(), ProxyTable.Clusters(options))
            .ConfigureHttpClient((_, handler) =>
            {
                handler.ConnectTimeout = ConnectTimeout;
                handler.InitialHttp2StreamWindowSize = StreamWindowBytes;
                handler.ActivityHeadersPropagator = null;
            })
            .AddTransforms(transforms =>
            {
                transforms.UseDefaultForwarders = false;
                transforms.AddRequestTransform(TenantHeader.Apply);
                transforms.AddResponseTransform(GrpcFailure.SayWhen);
            });
        builder.Services.AddSingleton<IPassiveHealthCheckPolicy, UnreachableLeaves>();
        return builder;
    }

    /// <summary>Maps what the gateway answers.</summary>
    public static void MapGateway(this WebApplication app)
    {
        app.MapGet("/", () => "The mesh's gateway: gRPC is on the other port, health at /health.\n");
        app.MapGet("/health", (ServicesHealth health, CancellationToken cancellation) => health.Answer(cancellation));
        app.MapReverseProxy(proxy =>
        {
            // From the client to the service: each step sees what the later ones have made of the call.
            proxy.Use(GrpcFailure.Translate);
            proxy.Use(Elsewhere.Try);
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
        app.MapFallback("{**path}", GrpcFailure.UnknownService);
    }

    private static void Listen(KestrelServerOptions kestrel, GatewayOptions options)
    {
        // What all services have is set by the process defaults; a connection here carries many clients' streams.
        kestrel.Limits.MaxConcurrentConnections = options.Connections;
        Http2Limits http2 = kestrel.Limits.Http2;
        http2.MaxStreamsPerConnection = options.StreamsPerConnection;
        http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        http2.InitialStreamWindowSize = StreamWindowBytes;
        http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);

        Bind(kestrel, options.Grpc, HttpProtocols.Http2);
        Bind(kestrel, options.Web, HttpProtocols.Http1);
    }

    private static void Bind(KestrelServerOptions kestrel, Uri address, HttpProtocols protocols)
    {
        void Configure(ListenOptions listen) => listen.Protocols = protocols;
        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? ip))
        {
            kestrel.Listen(ip, address.Port, Configure);
        }
        else if (address.IsLoopback)
        {
            kestrel.ListenLocalhost(address.Port, Configure);
        }
        else
        {
            kestrel.ListenAnyIP(address.Port, Configure);
        }
    }
}
