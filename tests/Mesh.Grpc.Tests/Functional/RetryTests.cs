using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Mesh.Grpc.Tests.Protos;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>Retries of calls with one request.</summary>
public sealed class RetryTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _attempts = new();
    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Unary_FailsTwice_TheThirdAttemptAnswers()
    {
        FailFirst(2);
        using var channel = Channel(_server, Policy());

        using var call = new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "x" });
        var reply = await call;

        Assert.Equal("x", reply.Text);
        Assert.Equal(["x", "x1", "x2"], _attempts);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Equal("3", (await call.ResponseHeadersAsync).GetValue("attempt"));
        Assert.Equal(0, channel.Retries.KeptBytes);
    }

    [Fact]
    public async Task Unary_StatusIsNotRetryable_IsNotTriedAgain()
    {
        FailFirst(9, StatusCode.NotFound);
        using var channel = Channel(_server, Policy());

        var failure = await FailureOf(channel);

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Single(_attempts);
    }

    [Theory]
    [InlineData(3, 5, 3)]
    [InlineData(9, 4, 4)]
    [InlineData(9, 1, 1)]
    public async Task Unary_NeverSucceeds_EndsWithTheLastFailure(int byPolicy, int byChannel, int attempts)
    {
        FailFirst(99);
        using var channel = Channel(_server, Policy(byPolicy), options => options.MaxRetryAttempts = byChannel);

        var failure = await FailureOf(channel);

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal($"failure {attempts}", failure.Status.Detail);
        Assert.Equal($"{attempts}", failure.Trailers.GetValue("attempt"));
        Assert.Equal(attempts, _attempts.Count);
    }

    [Fact]
    public async Task Unary_FailsAfterItsHeaders_IsNotTriedAgain()
    {
        _server.Service.OnUnary = async (request, context) =>
        {
            _attempts.Enqueue(request.Text);
            await context.WriteResponseHeadersAsync([]);
            throw new RpcException(new Status(StatusCode.Unavailable, ""));
        };
        using var channel = Channel(_server, Policy());

        Assert.Equal(StatusCode.Unavailable, (await FailureOf(channel)).StatusCode);
        Assert.Single(_attempts);
    }

    [Theory]
    [InlineData("1", 2)]
    [InlineData("-1", 1)]
    [InlineData("soon", 1)]
    public async Task Unary_ServerSaysWhenToComeAgain_IsObeyed(string pushback, int attempts)
    {
        FailFirst(1, trailer: new Metadata.Entry("grpc-retry-pushback-ms", pushback));
        using var channel = Channel(_server, Policy(backoff: TimeSpan.FromHours(1)));

        var call = new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync;
        await Task.WhenAny(call).WaitAsync(EchoServer.Patience);

        Assert.Equal(attempts == 2, call.IsCompletedSuccessfully);
        Assert.Equal(attempts, _attempts.Count);
    }

    [Fact]
    public async Task Deadline_PassesDuringTheBackoff_EndsTheCall()
    {
        FailFirst(99);
        using var channel = Channel(_server, Policy(backoff: TimeSpan.FromHours(1)));

        var failure = await StatusTests.FailureOf(new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest(), deadline: DateTime.UtcNow.AddMilliseconds(200)).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.Single(_attempts);
    }

    [Fact]
    public async Task CancelOrDispose_DuringTheBackoff_EndsTheCall()
    {
        FailFirst(99);
        using var channel = Channel(_server, Policy(backoff: TimeSpan.FromHours(1)));
        var client = new Echo.EchoClient(channel);
        using var cancellation = new CancellationTokenSource();
        var cancelled = client.UnaryAsync(new EchoRequest(), cancellationToken: cancellation.Token);
        var disposed = client.ServerStream(new EchoRequest());
        var left = client.UnaryAsync(new EchoRequest());
        _server.Service.OnServerStream = (_, _, _) => throw new RpcException(new Status(StatusCode.Unavailable, ""));
        await UntilAsync(() => _attempts.Count == 2);
        Assert.Throws<InvalidOperationException>(() => cancelled.GetStatus());

        await cancellation.CancelAsync();
        disposed.Dispose();
        var failure = await StatusTests.FailureOf(cancelled.ResponseAsync);
        var read = await StatusTests.FailureOf(disposed.ResponseStream.MoveNext());
        channel.Dispose();

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        Assert.Equal(StatusCode.Cancelled, read.StatusCode);
        Assert.Equal(StatusCode.Cancelled, disposed.GetStatus().StatusCode);

        // Here the channel ended the call; the failure that there was stands.
        Assert.Equal(StatusCode.Unavailable, (await StatusTests.FailureOf(left.ResponseAsync)).StatusCode);
        Assert.Equal(2, _attempts.Count);
    }

    [Fact]
    public async Task Throttling_ManyFailures_StopsRetriesUntilCallsSucceed()
    {
        var fails = true;
        _server.Service.OnUnary = (request, _) =>
        {
            _attempts.Enqueue(request.Text);
            return fails
                ? throw new RpcException(new Status(StatusCode.Unavailable, ""))
                : Task.FromResult(new EchoReply());
        };
        using var channel = Channel(_server, Policy(), throttling: new RetryThrottlingPolicy
        {
            MaxTokens = 4,
            TokenRatio = 1,
        });
        async Task<int> AttemptsAsync()
        {
            _attempts.Clear();
            await Task.WhenAny(new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync)
                .WaitAsync(EchoServer.Patience);
            return _attempts.Count;
        }

        Assert.Equal(2, await AttemptsAsync());
        Assert.Equal(1, await AttemptsAsync());
        fails = false;
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(1, await AttemptsAsync());
        }

        fails = true;
        Assert.Equal(2, await AttemptsAsync());
    }

    [Theory]
    [InlineData(100, null)]
    [InlineData(null, 100)]
    public async Task Buffer_RequestDoesNotFit_IsSentOnce(int? perCall, int? all)
    {
        FailFirst(99);
        using var channel = Channel(_server, Policy(), options =>
        {
            options.MaxRetryBufferPerCallSize = perCall;
            options.MaxRetryBufferSize = all;
        });

        var failure = await StatusTests.FailureOf(new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Payload = ByteString.CopyFrom(new byte[200]) }).ResponseAsync);

        Assert.Equal("failure 1", failure.Status.Detail);
        Assert.Equal(0, channel.Retries.KeptBytes);
        Assert.Equal("failure 5", (await FailureOf(channel)).Status.Detail);
    }

    [Fact]
    public async Task Connection_ServerComesLater_TheCallSucceeds()
    {
        var port = await ConnectionTests.FreePortAsync();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}", new GrpcChannelOptions
        {
            MaxRetryAttempts = null,
            ServiceConfig = Config(Policy(10_000, TimeSpan.FromMilliseconds(10))),
        });
        var call = new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "x" });

        await using var server = await EchoServer.StartAsync(port: port);

        Assert.Equal("x", (await call.ResponseAsync.WaitAsync(EchoServer.Patience)).Text);
    }

    [Fact]
    public async Task ServerStream_FailsAtOnceThenLater_IsTriedAgainBeforeItsFirstMessageAlone()
    {
        var attempts = 0;
        _server.Service.OnServerStream = async (request, responses, _) =>
        {
            if (++attempts == 1)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, ""));
            }

            await responses.WriteAsync(new EchoReply { Text = request.Text });
            throw new RpcException(new Status(StatusCode.Unavailable, "later"));
        };
        using var channel = Channel(_server, Policy());

        using var call = new Echo.EchoClient(channel).ServerStream(new EchoRequest { Text = "x" });
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal("x", call.ResponseStream.Current.Text);
        var failure = await StatusTests.FailureOf(call.ResponseStream.MoveNext());

        Assert.Equal("later", failure.Status.Detail);
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task MethodConfigs_SeveralFit_TheMostExactHolds()
    {
        FailFirst(99);
        var config = new ServiceConfig
        {
            MethodConfigs =
            {
                new MethodConfig { Names = { MethodName.Default }, RetryPolicy = Policy(4) },
                new MethodConfig
                {
                    Names = { new MethodName { Service = "mesh.grpc.tests.Echo" } }, RetryPolicy = Policy(3),
                },
                new MethodConfig
                {
                    Names = { new MethodName { Service = "mesh.grpc.tests.Echo", Method = "Unary" } },
                    RetryPolicy = Policy(2),
                },
            },
        };
        foreach (var (taken, attempts) in new[] { (2, 2), (1, 3), (0, 4) })
        {
            using var channel = GrpcChannel.ForAddress(
                _server.Address, new GrpcChannelOptions { ServiceConfig = config });
            _attempts.Clear();
            await FailureOf(channel);

            Assert.Equal(attempts, _attempts.Count);
            config.MethodConfigs.RemoveAt(taken);
        }
    }

    [Fact]
    public void ForAddress_ConfigIsWrong_NamesTheValue()
    {
        AssertRefused("RetryPolicy.MaxAttempts", Config(Policy(1)));
        AssertRefused("RetryPolicy.InitialBackoff", Config(Policy(backoff: TimeSpan.Zero)));
        var noCodes = Policy();
        noCodes.RetryableStatusCodes.Clear();
        AssertRefused("RetryPolicy.RetryableStatusCodes", Config(noCodes));
        AssertRefused("RetryPolicy.MaxBackoff", Config(new RetryPolicy
        {
            MaxAttempts = 2, InitialBackoff = TimeSpan.MaxValue,
        }));
        AssertRefused("RetryPolicy.BackoffMultiplier", Config(new RetryPolicy
        {
            MaxAttempts = 2, InitialBackoff = TimeSpan.MaxValue, MaxBackoff = TimeSpan.MaxValue, BackoffMultiplier = 0,
        }));
        AssertRefused("MaxTokens", new ServiceConfig { RetryThrottling = new() { TokenRatio = 1 } });
        AssertRefused("TokenRatio", new ServiceConfig { RetryThrottling = new() { MaxTokens = 1 } });
        AssertRefused("'Unary'", Config(new MethodConfig { Names = { new MethodName { Method = "Unary" } } }));
        AssertRefused("twice", Config(new MethodConfig { Names = { MethodName.Default, MethodName.Default } }));
        AssertRefused("HedgingPolicy", Config(new MethodConfig { HedgingPolicy = new HedgingPolicy() }));
    }

    internal static RetryPolicy Policy(int attempts = 4, TimeSpan? backoff = null) => new()
    {
        MaxAttempts = attempts,
        InitialBackoff = backoff ?? TimeSpan.FromMilliseconds(1),
        MaxBackoff = backoff ?? TimeSpan.FromMilliseconds(5),
        BackoffMultiplier = 2,
        RetryableStatusCodes = { StatusCode.Unavailable },
    };

    internal static GrpcChannel Channel(
        EchoServer server,
        RetryPolicy policy,
        Action<GrpcChannelOptions>? change = null,
        RetryThrottlingPolicy? throttling = null)
    {
        var config = Config(policy);
        config.RetryThrottling = throttling;
        var options = new GrpcChannelOptions { ServiceConfig = config };
        change?.Invoke(options);
        return GrpcChannel.ForAddress(server.Address, options);
    }

    private static ServiceConfig Config(RetryPolicy policy) =>
        Config(new MethodConfig { Names = { MethodName.Default }, RetryPolicy = policy });

    private static ServiceConfig Config(MethodConfig methods) => new() { MethodConfigs = { methods } };

    private static void AssertRefused(string name, ServiceConfig config)
    {
        var refusal = Assert.ThrowsAny<Exception>(
            () => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { ServiceConfig = config }));
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<RpcException> FailureOf(GrpcChannel channel) => await StatusTests.FailureOf(
        new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync);

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(EchoServer.Patience);
        while (!isSo())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>Fails the first unary attempts, and notes each with its text and its count of earlier ones.</summary>
    private void FailFirst(
        int failures, StatusCode status = StatusCode.Unavailable, Metadata.Entry? trailer = null) =>
        _server.Service.OnUnary = async (request, context) =>
        {
            _attempts.Enqueue(request.Text + context.RequestHeaders.GetValue("grpc-previous-rpc-attempts"));
            var attempt = _attempts.Count;
            if (attempt <= failures)
            {
                var trailers = new Metadata { { "attempt", $"{attempt}" } };
                if (trailer is not null)
                {
                    trailers.Add(trailer);
                }

                throw new RpcException(new Status(status, $"failure {attempt}"), trailers);
            }

            await context.WriteResponseHeadersAsync([new("attempt", $"{attempt}")]);
            return new EchoReply { Text = request.Text };
        };
}
