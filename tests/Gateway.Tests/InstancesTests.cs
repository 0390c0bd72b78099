using System.Diagnostics;
using Grpc.Core;
using Mesh.Contracts.Ingestion.V1;
using Action = Mesh.Contracts.Ingestion.V1.Action;

namespace Gateway.Tests;

/// <summary>Several instances of a service, some of which are away.</summary>
public sealed class InstancesTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Call_WithOneOfTwoInstancesDead_IsAnsweredByTheOther()
    {
        await using Upstream alive = await Upstream.StartAsync();
        await using RunningGateway gateway =
            await RunningGateway.WithInstancesAsync(RunningGateway.Nowhere(), alive.Address, RunningGateway.Nowhere());
        Ingestion.IngestionClient client = new(gateway.Channel);

        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(Receipt.Types.Status.Accepted, (await SubmitAsync(client, $"{i}")).Status);
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), alive.Seen.Actions);
    }

    [Fact]
    public async Task Stream_WithOneOfTwoInstancesDead_RunsToTheOther()
    {
        await using Upstream alive = await Upstream.StartAsync();
        await using RunningGateway gateway =
            await RunningGateway.WithInstancesAsync(RunningGateway.Nowhere(), alive.Address);
        Ingestion.IngestionClient client = new(gateway.Channel);

        for (int i = 0; i < 10; i++)
        {
            using var call = client.SubmitStream(deadline: Soon());
            await call.RequestStream.WriteAsync(new SubmitStreamRequest { Number = 7 });
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(7ul, call.ResponseStream.Current.DurableThrough);
        }
    }

    [Fact]
    public async Task Call_WithEveryInstanceDead_IsUnavailableAndSaysWhenToComeAgain()
    {
        await using RunningGateway gateway =
            await RunningGateway.WithInstancesAsync(RunningGateway.Nowhere(), RunningGateway.Nowhere());
        Ingestion.IngestionClient client = new(gateway.Channel);

        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => SubmitAsync(client, "1"));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.InRange(int.Parse(failure.Trailers.GetValue("grpc-retry-pushback-ms")!), 100, 499);
        Assert.Equal("1", failure.Trailers.GetValue("retry-after"));
    }

    [Fact]
    public async Task Instance_ThatComesBack_IsCalledAgain()
    {
        await using Upstream first = await Upstream.StartAsync();
        await using Upstream second = await Upstream.StartAsync();
        await using RunningGateway gateway =
            await RunningGateway.WithInstancesAsync(first.Address, second.Address);
        Ingestion.IngestionClient client = new(gateway.Channel);
        Uri address = second.Address;
        await second.DisposeAsync();
        for (int i = 0; i < 20; i++)
        {
            await SubmitAsync(client, "while it is away");
        }

        await using Upstream again = await Upstream.StartAsync(port: address.Port);
        long back = Stopwatch.GetTimestamp();
        while (again.Seen.Actions.IsEmpty)
        {
            Assert.True(Stopwatch.GetElapsedTime(back) < Deadline, "The instance is never called again.");
            await SubmitAsync(client, "until it is back");
        }

        Assert.Equal(20, first.Seen.Actions.Count(id => id == "while it is away"));
    }

    [Fact]
    public async Task Call_WhoseInstanceDiesBeforeItAnswers_IsAnsweredByTheOther()
    {
        TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Upstream mute = await Upstream.StartAsync(script: new UpstreamScript
        {
            BeforeAnswering = cancellation =>
            {
                arrived.TrySetResult();
                return Task.Delay(Timeout.Infinite, cancellation);
            },
        });
        await using Upstream other = await Upstream.StartAsync();
        using Cable cable = new(mute.Address);
        await using RunningGateway gateway = await RunningGateway.WithInstancesAsync(cable.Address, other.Address);
        Ingestion.IngestionClient client = new(gateway.Channel);

        // One with many messages' worth of text: the whole body must go again.
        Action action = new() { ActionId = "1", PlayerId = new string('p', 40_000) };
        List<Task<Receipt>> calls = [];
        while (!arrived.Task.IsCompleted)
        {
            calls.Add(client.SubmitAsync(action, deadline: Soon()).ResponseAsync);
            await Task.WhenAny(arrived.Task, calls[^1]).WaitAsync(Deadline);
        }

        cable.Cut();

        Assert.All(
            await Task.WhenAll(calls), receipt => Assert.Equal(Receipt.Types.Status.Accepted, receipt.Status));
        Assert.Equal(calls.Count, other.Seen.Actions.Count);
    }

    [Fact]
    public async Task Call_TooLargeToBeKept_ArrivesWhole()
    {
        await using Upstream one = await Upstream.StartAsync();
        await using RunningGateway gateway = await RunningGateway.WithInstancesAsync(one.Address, one.Address);
        Ingestion.IngestionClient client = new(gateway.Channel);

        foreach (int length in (int[])[64 * 1024 - 20, 64 * 1024, 300_000])
        {
            await SubmitAsync(client, new string('a', length));
        }

        Assert.Equal([64 * 1024 - 20, 64 * 1024, 300_000], one.Seen.Actions.Select(id => id.Length));
    }

    [Theory]
    [InlineData(null, "1")]
    [InlineData("7", "7")]
    public async Task Unavailable_OfTheServiceItself_PassesAndSaysWhenToComeAgain(string? said, string expected)
    {
        Metadata trailers = [new("x-why", "tired")];
        if (said is not null)
        {
            trailers.Add("retry-after", said);
        }

        await using Upstream tired = await Upstream.StartAsync(script: new UpstreamScript { Unavailable = trailers });
        await using RunningGateway gateway =
            await RunningGateway.WithInstancesAsync(tired.Address, tired.Address);
        Ingestion.IngestionClient client = new(gateway.Channel);

        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => SubmitAsync(client, "1"));

        Assert.Equal((StatusCode.Unavailable, "Not now."), (failure.StatusCode, failure.Status.Detail));
        Assert.Equal("tired", failure.Trailers.GetValue("x-why"));
        Assert.Equal(expected, failure.Trailers.GetValue("retry-after"));
        Assert.Null(failure.Trailers.GetValue("grpc-retry-pushback-ms"));
        Assert.Single(tired.Seen.Actions);
    }

    private static async Task<Receipt> SubmitAsync(Ingestion.IngestionClient client, string id) =>
        await client.SubmitAsync(new Action { ActionId = id, PlayerId = "1" }, deadline: Soon());

    private static DateTime Soon() => DateTime.UtcNow + Deadline;
}
