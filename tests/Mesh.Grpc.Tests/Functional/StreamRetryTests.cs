using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Grpc.Tests.Protos;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>Retries of calls with a stream of requests, which a later attempt begins anew.</summary>
public sealed class StreamRetryTests : IAsyncLifetime
{
    /// <summary>More rounds of the random test: <c>MESH_GRPC_ROUNDS=2000</c>.</summary>
    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("MESH_GRPC_ROUNDS"), out var rounds) ? rounds : 60;

    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task ClientStream_FailsAfterSomeRequests_AllAreSentAgain()
    {
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var attempts = 0;
        _server.Service.OnClientStream = async (requests, context) =>
        {
            var text = "";
            var isFirst = ++attempts == 1;
            while (await requests.MoveNext(context.CancellationToken))
            {
                text += requests.Current.Text;
                if (isFirst && text == "ab")
                {
                    failed.SetResult();
                    throw new RpcException(new Status(StatusCode.Unavailable, ""));
                }
            }

            return new EchoReply { Text = text };
        };
        using var channel = RetryTests.Channel(_server, RetryTests.Policy());

        using var call = new Echo.EchoClient(channel).ClientStream();
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "a" });
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "b" });
        await failed.Task.WaitAsync(EchoServer.Patience);
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "c" });
        await call.RequestStream.CompleteAsync();

        Assert.Equal("abc", (await call.ResponseAsync.WaitAsync(EchoServer.Patience)).Text);
        Assert.Equal(2, attempts);
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new EchoRequest()));
        Assert.Equal(0, channel.Retries.KeptBytes);
    }

    [Fact]
    public async Task Duplex_FailsOnce_ThenGoesBackAndForth()
    {
        var attempts = 0;
        _server.Service.OnDuplex = async (requests, responses, context) =>
        {
            var isFirst = ++attempts == 1;
            while (await requests.MoveNext(context.CancellationToken))
            {
                if (isFirst)
                {
                    throw new RpcException(new Status(StatusCode.Unavailable, ""));
                }

                await responses.WriteAsync(new EchoReply { Text = requests.Current.Text });
            }
        };
        using var channel = RetryTests.Channel(_server, RetryTests.Policy());

        using var call = new Echo.EchoClient(channel).Duplex();
        for (var i = 0; i < 20; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"{i}" });
            Assert.True(await call.ResponseStream.MoveNext().WaitAsync(EchoServer.Patience));
            Assert.Equal($"{i}", call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(2, attempts);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task ClientStream_MoreThanMayBeKept_IsNotTriedAgain()
    {
        var attempts = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Service.OnClientStream = async (_, _) =>
        {
            attempts++;
            await enough.Task;
            throw new RpcException(new Status(StatusCode.Unavailable, "full"));
        };
        using var channel = RetryTests.Channel(
            _server, RetryTests.Policy(), options => options.MaxRetryBufferPerCallSize = 1_000);

        using var call = new Echo.EchoClient(channel).ClientStream();
        for (var i = 0; i < 3; i++)
        {
            await call.RequestStream.WriteAsync(Payload(400));
        }

        enough.SetResult();
        var failure = await StatusTests.FailureOf(call.ResponseAsync);

        Assert.Equal("full", failure.Status.Detail);
        Assert.Equal(1, attempts);
        Assert.Equal(0, channel.Retries.KeptBytes);
        Assert.Equal(
            StatusCode.Unavailable,
            (await StatusTests.FailureOf(call.RequestStream.WriteAsync(new EchoRequest()))).StatusCode);
    }

    [Fact]
    public async Task Buffer_OneCallHoldsIt_AnotherFindsNoRoomUntilThen()
    {
        var attempts = 0;
        _server.Service.OnUnary = (_, _) =>
        {
            attempts++;
            throw new RpcException(new Status(StatusCode.Unavailable, ""));
        };
        using var channel = RetryTests.Channel(
            _server, RetryTests.Policy(2), options => options.MaxRetryBufferSize = 1_000);
        var client = new Echo.EchoClient(channel);
        using (var holder = client.ClientStream())
        {
            await holder.RequestStream.WriteAsync(Payload(900));
            await StatusTests.FailureOf(client.UnaryAsync(Payload(200)).ResponseAsync);
            Assert.Equal(1, attempts);
            await holder.RequestStream.CompleteAsync();
            await holder.ResponseAsync.WaitAsync(EchoServer.Patience);
        }

        await StatusTests.FailureOf(client.UnaryAsync(Payload(200)).ResponseAsync);
        Assert.Equal(3, attempts);
    }

    // Whatever the server does to the first attempts, and whenever, the one that counts sees all requests in order.
    [Fact]
    public async Task Duplex_RandomFailures_TheLastAttemptSeesEverything()
    {
        var plans = new ConcurrentDictionary<string, Queue<int>>();
        _server.Service.OnDuplex = async (requests, responses, context) =>
        {
            var plan = plans[context.RequestHeaders.GetValue("round")!];
            var left = plan.Count > 0 ? plan.Dequeue() : int.MaxValue;
            var seen = new List<string>();
            while (left-- > 0 && await requests.MoveNext(context.CancellationToken))
            {
                seen.Add(requests.Current.Text);
            }

            if (left < 0)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, ""));
            }

            await responses.WriteAsync(new EchoReply { Text = string.Join(',', seen) });
        };
        using var channel = RetryTests.Channel(_server, RetryTests.Policy(5));
        var client = new Echo.EchoClient(channel);

        await Task.WhenAll(Enumerable.Range(0, Rounds).Select(async round =>
        {
            var random = new Random(round);
            var messages = random.Next(0, 30);
            plans[$"{round}"] = new Queue<int>(
                Enumerable.Range(0, random.Next(0, 5)).Select(_ => random.Next(0, messages + 1)));
            using var call = client.Duplex([new("round", $"{round}")]);
            for (var i = 0; i < messages; i++)
            {
                await call.RequestStream.WriteAsync(new EchoRequest { Text = $"{i}" });
                if (random.Next(4) == 0)
                {
                    await Task.Delay(random.Next(3));
                }
            }

            await call.RequestStream.CompleteAsync();
            Assert.True(await call.ResponseStream.MoveNext().WaitAsync(EchoServer.Patience), $"round {round}");
            Assert.Equal(string.Join(',', Enumerable.Range(0, messages)), call.ResponseStream.Current.Text);
        }));

        Assert.Equal(0, channel.Retries.KeptBytes);
    }

    private static EchoRequest Payload(int bytes) => new() { Payload = ByteString.CopyFrom(new byte[bytes]) };
}
