using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.DependencyInjection;
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
        _health.SetStatus("", ServingStatus.Serving);
        _health.SetStatus("a.b", ServingStatus.NotServing);

        Assert.Equal(ServingStatus.Serving, (await _client.CheckAsync(new HealthCheckRequest())).Status);
        Assert.Equal(
            ServingStatus.NotServing, (await _client.CheckAsync(new HealthCheckRequest { Service = "a.b" })).Status);
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
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));

        _server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        var failure = await StatusTests.FailureOf(call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
        return call.ResponseStream.Current.Status;
    }
}
