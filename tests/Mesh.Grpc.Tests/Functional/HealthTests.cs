using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Mesh.Grpc.Tests.Functional;

public sealed class HealthTests : IAsyncLifetime
{
    private EchoServer _server = null!;
    private HealthServiceImpl _health = null!;
    private Health.HealthClient _client = null!;

    public async Task InitializeAsync()
    {
        _server = await EchoServer.StartAsync();
        _health = _server.Services.GetRequiredService<HealthServiceImpl>();
        _client = new Health.HealthClient(_server.Channel);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Check_KnownService_TellsItsStatus()
    {
        _health.SetStatus("a.b", ServingStatus.NotServing);

        Assert.Equal(ServingStatus.Serving, (await _client.CheckAsync(new HealthCheckRequest())).Status);
        Assert.Equal(
            ServingStatus.NotServing, (await _client.CheckAsync(new HealthCheckRequest { Service = "a.b" })).Status);
    }

    [Fact]
    public async Task Check_MappedChecks_AreRunAndAddedUp()
    {
        var isWell = true;
        await using var server = await EchoServer.StartAsync(configure: services => services
            .AddGrpcHealthChecks(options => options.Services.Map("store", check => check.Tags.Contains("disk")))
            .AddCheck("sound", () => HealthCheckResult.Healthy())
            .AddCheck("room", () => isWell ? HealthCheckResult.Degraded() : HealthCheckResult.Unhealthy(), ["disk"]));
        var client = new Health.HealthClient(server.Channel);
        async Task<ServingStatus> OfAsync(string service) =>
            (await client.CheckAsync(new HealthCheckRequest { Service = service })).Status;

        Assert.Equal(ServingStatus.Serving, await OfAsync("store"));
        isWell = false;
        Assert.Equal(ServingStatus.NotServing, await OfAsync("store"));
        Assert.Equal(ServingStatus.NotServing, await OfAsync(""));
        isWell = true;
        Assert.Equal(ServingStatus.Serving, await OfAsync(""));
    }

    [Fact]
    public async Task Check_Cached_TellsWhatWasPublished()
    {
        var isWell = true;
        var runs = 0;
        await using var server = await EchoServer.StartAsync(configure: services =>
        {
            services.AddGrpcHealthChecks(options => options.UseHealthChecksCache = true).AddCheck("a", () =>
            {
                runs++;
                return isWell ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy();
            });
            services.Configure<HealthCheckPublisherOptions>(publisher =>
            {
                publisher.Delay = TimeSpan.Zero;
                publisher.Period = TimeSpan.FromSeconds(1);
            });
        });
        var client = new Health.HealthClient(server.Channel);
        using var watch = client.Watch(new HealthCheckRequest());
        while (await NextAsync(watch) != ServingStatus.Serving)
        {
        }

        for (var i = 0; i < 50; i++)
        {
            await client.CheckAsync(new HealthCheckRequest());
        }

        Assert.InRange(runs, 1, 40);
        isWell = false;
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
    }

    [Fact]
    public async Task Check_UnknownService_IsNotFound()
    {
        _health.SetStatus("gone", ServingStatus.Serving);
        _health.ClearStatus("gone");

        var failure = await StatusTests.FailureOf(
            _client.CheckAsync(new HealthCheckRequest { Service = "gone" }).ResponseAsync);

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
    }

    [Fact]
    public async Task Watch_StatusChanges_AreSent()
    {
        using var call = _client.Watch(new HealthCheckRequest { Service = "s" });
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));

        _health.SetStatus("s", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));

        _health.SetStatus("s", ServingStatus.Serving);
        _health.SetStatus("s", ServingStatus.NotServing);
        Assert.Equal(ServingStatus.NotServing, await NextAsync(call));

        _health.ClearStatus("s");
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));
    }

    [Fact]
    public async Task Watch_ServerStops_Ends()
    {
        using var call = _client.Watch(new HealthCheckRequest());
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));

        _server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Equal(ServingStatus.NotServing, await NextAsync(call));
        var failure = await StatusTests.FailureOf(call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
        return call.ResponseStream.Current.Status;
    }
}
