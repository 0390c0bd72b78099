using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Types.V1;
using Action = Mesh.Contracts.Ingestion.V1.Action;

namespace Gateway.Tests;

public sealed class PassThroughTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Unary_ToAService_AnswersAsTheServiceDoes()
    {
        await using Upstream upstream = await Upstream.StartAsync();
        await using RunningGateway gateway = await RunningGateway.StartAsync(upstream.Address);
        Ingestion.IngestionClient client = new(gateway.Channel);

        Receipt receipt = await client.SubmitAsync(new Action { PlayerId = "1" }, deadline: Soon());
        RpcException refused = await Assert.ThrowsAsync<RpcException>(
            async () => await client.SubmitAsync(new Action(), deadline: Soon()));

        Assert.Equal(Receipt.Types.Status.Accepted, receipt.Status);
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Equal(ErrorCodes.IdEmpty, Problems.FromRpcException(refused)?.Code);
    }

    [Fact]
    public async Task Tenant_SentByAClient_IsReplaced()
    {
        await using Upstream upstream = await Upstream.StartAsync();
        await using RunningGateway gateway = await RunningGateway.StartAsync(upstream.Address);
        Ingestion.IngestionClient client = new(gateway.Channel);

        await client.SubmitAsync(new Action { PlayerId = "1" }, CallTenant.HeadersFor("theirs"), Soon());
        await client.SubmitAsync(new Action { PlayerId = "1" }, deadline: Soon());

        Assert.Equal(["demo", "demo"], upstream.Seen.Tenants);
    }

    [Fact]
    public async Task Duplex_MessageByMessage_IsAnsweredWithoutDelay()
    {
        await using Upstream upstream = await Upstream.StartAsync();
        await using RunningGateway gateway = await RunningGateway.StartAsync(upstream.Address);
        using var call = new Ingestion.IngestionClient(gateway.Channel).SubmitStream(deadline: Soon());

        // Each message waits for the answer to the one before: one that is held back anywhere ends in the deadline.
        for (ulong number = 1; number <= 20; number++)
        {
            await call.RequestStream.WriteAsync(new SubmitStreamRequest { Number = number });
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(number, call.ResponseStream.Current.DurableThrough);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Cancellation_OfAStream_ReachesTheService()
    {
        await using Upstream upstream = await Upstream.StartAsync();
        await using RunningGateway gateway = await RunningGateway.StartAsync(upstream.Address);
        using CancellationTokenSource cancellation = new();
        using var call = new Ingestion.IngestionClient(gateway.Channel)
            .SubmitStream(cancellationToken: cancellation.Token);
        await call.RequestStream.WriteAsync(new SubmitStreamRequest { Number = 1 });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));

        await cancellation.CancelAsync();

        await upstream.Seen.Cancelled.Task.WaitAsync(Deadline);
    }

    [Fact]
    public async Task Service_ThatCannotBeReached_IsUnavailable()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(RunningGateway.Nowhere());

        RpcException failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Quests.QuestsClient(gateway.Channel).ProgressAsync(new ProgressRequest(), deadline: Soon()));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Contains("quests", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_ThatDiesDuringAStream_IsUnavailable()
    {
        await using Upstream upstream = await Upstream.StartAsync();
        using Cable cable = new(upstream.Address);
        await using RunningGateway gateway = await RunningGateway.StartAsync(cable.Address);
        using var call = new Ingestion.IngestionClient(gateway.Channel).SubmitStream(deadline: Soon());
        await call.RequestStream.WriteAsync(new SubmitStreamRequest { Number = 1 });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));

        cable.Cut();

        RpcException failure = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    [Fact]
    public async Task Service_ThatNobodyKnows_IsUnimplemented()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(RunningGateway.Nowhere());
        Method<ProgressRequest, ProgressResponse> method = new(
            MethodType.Unary,
            "mesh.weather.v1.Weather",
            "Progress",
            Marshallers.Create(request => request.ToByteArray(), ProgressRequest.Parser.ParseFrom),
            Marshallers.Create(answer => answer.ToByteArray(), ProgressResponse.Parser.ParseFrom));

        RpcException failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await gateway.Channel.CreateCallInvoker()
                .AsyncUnaryCall(method, null, new CallOptions(deadline: Soon()), new ProgressRequest()));

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Fact]
    public async Task Root_OnTheWebPort_PointsToTheRest()
    {
        await using RunningGateway gateway = await RunningGateway.StartAsync(RunningGateway.Nowhere());
        using HttpClient client = new() { BaseAddress = gateway.Web };

        using HttpResponseMessage page = await client.GetAsync("/");
        using HttpResponseMessage missing = await client.GetAsync("/nothing/here");

        Assert.Contains("/health", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    private static DateTime Soon() => DateTime.UtcNow + Deadline;
}
