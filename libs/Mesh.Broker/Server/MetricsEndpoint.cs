using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Mesh.Broker.Server;

/// <summary>Serves the metrics page on a loopback port, under /metrics.</summary>
internal sealed class MetricsEndpoint : IAsyncDisposable
{
    private readonly WebApplication _application;

    private MetricsEndpoint(WebApplication application)
    {
        _application = application;
        Url = new Uri(new Uri(application.Urls.First()), "/metrics");
    }

    public Uri Url { get; }

    /// <summary>Listens; <see cref="IOException"/> when the port is taken.</summary>
    public static async Task<MetricsEndpoint> StartAsync(int port, Func<Task<string>> write)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        WebApplication application = builder.Build();
        application.Run(async context =>
        {
            if (context.Request.Path != "/metrics")
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            context.Response.ContentType = MetricsPage.ContentType;
            await context.Response.WriteAsync(await write(), context.RequestAborted);
        });
        await application.StartAsync();
        return new MetricsEndpoint(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
