using Google.Protobuf;
using Grpc.Core;
using Mesh.Grpc.Tests.Protos;

namespace Mesh.Grpc.Tests.Functional;

public sealed class CallKindTests : IAsyncLifetime
{
    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Unary_Message_IsEchoed()
    {
        using var call = _server.Client.UnaryAsync(new EchoRequest { Text = "hei" });
        var reply = await call;

        Assert.Equal("hei", reply.Text);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Empty(call.GetTrailers());
    }

    [Fact]
    public void Unary_Blocking_IsEchoed() =>
        Assert.Equal("hei", _server.Client.Unary(new EchoRequest { Text = "hei" }).Text);

    [Fact]
    public async Task Unary_EmptyMessages_AreEchoed()
    {
        _server.Service.OnUnary = (_, _) => Task.FromResult(new EchoReply());

        Assert.Equal(new EchoReply(), await _server.Client.UnaryAsync(new EchoRequest()));
    }

    [Theory]
    [InlineData(4_085)]
    [InlineData(4_096)]
    [InlineData(100_000)]
    [InlineData(3_900_000)]
    public async Task Unary_LargeMessage_ArrivesWhole(int bytes)
    {
        var payload = new byte[bytes];
        new Random(bytes).NextBytes(payload);

        var reply = await _server.Client.UnaryAsync(new EchoRequest { Payload = ByteString.CopyFrom(payload) });

        Assert.True(reply.Payload.Span.SequenceEqual(payload));
    }

    [Fact]
    public async Task Unary_ManyAtOnce_AllAreEchoed()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 500).Select(async i =>
            (await _server.Client.UnaryAsync(new EchoRequest { Text = $"{i}" })).Text));

        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), replies);
    }

    [Fact]
    public async Task ClientStream_ThousandMessages_AllAreCounted()
    {
        using var call = _server.Client.ClientStream();
        for (var i = 0; i < 1_000; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"{i}" });
        }

        await call.RequestStream.CompleteAsync();
        var reply = await call;

        Assert.Equal(1_000, reply.Count);
        Assert.Equal("999", reply.Text);
    }

    [Fact]
    public async Task ClientStream_NoMessages_IsAnswered()
    {
        using var call = _server.Client.ClientStream();
        await call.RequestStream.CompleteAsync();

        Assert.Equal(0, (await call).Count);
    }

    [Fact]
    public async Task ServerStream_ThousandMessages_ArriveInOrder()
    {
        using var call = _server.Client.ServerStream(new EchoRequest { Replies = 1_000 });
        var counts = new List<int>();
        await foreach (var reply in call.ResponseStream.ReadAllAsync())
        {
            counts.Add(reply.Count);
        }

        Assert.Equal(Enumerable.Range(0, 1_000), counts);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
    }

    [Fact]
    public async Task ServerStream_HintedMessages_ArriveWithoutAFlush()
    {
        _server.Service.OnServerStream = async (_, responses, _) =>
        {
            responses.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
            for (var i = 0; i < 10_000; i++)
            {
                await responses.WriteAsync(new EchoReply { Count = i });
            }
        };

        using var call = _server.Client.ServerStream(new EchoRequest());
        Assert.Equal(10_000, await call.ResponseStream.ReadAllAsync().CountAsync());
    }

    [Fact]
    public async Task Duplex_ThousandMessages_AreEchoedInOrder()
    {
        using var call = _server.Client.Duplex();
        var reading = Task.Run(async () =>
        {
            var counts = new List<int>();
            await foreach (var reply in call.ResponseStream.ReadAllAsync())
            {
                counts.Add(reply.Count);
            }

            return counts;
        });
        for (var i = 0; i < 1_000; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"{i}" });
        }

        await call.RequestStream.CompleteAsync();
        Assert.Equal(Enumerable.Range(0, 1_000), await reading.WaitAsync(EchoServer.Patience));
    }

    [Fact]
    public async Task Duplex_PingPong_EachIsAnsweredBeforeTheNext()
    {
        using var call = _server.Client.Duplex();
        for (var i = 0; i < 200; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"{i}" });
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
            Assert.Equal($"{i}", call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
    }

    [Fact]
    public async Task Duplex_HintedRequests_AreSentByTheNextUnhintedOne()
    {
        using var call = _server.Client.Duplex();
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
        for (var i = 0; i < 10; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"{i}" });
        }

        call.RequestStream.WriteOptions = null;
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "10" });
        for (var i = 0; i <= 10; i++)
        {
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
            Assert.Equal($"{i}", call.ResponseStream.Current.Text);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Duplex_HandlerStallsOverWaitingRequests_WhatItWroteArrivesAllTheSame(bool blocksItsThread)
    {
        using var release = new ManualResetEventSlim();
        _server.Service.OnDuplex = async (requests, responses, _) =>
        {
            Assert.True(await requests.MoveNext(CancellationToken.None));
            await responses.WriteAsync(new EchoReply { Text = requests.Current.Text });
            if (blocksItsThread)
            {
                release.Wait(EchoServer.Patience);
            }
            else
            {
                await Task.Run(() => release.Wait(EchoServer.Patience));
            }
        };
        using var call = _server.Client.Duplex();
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "first" });
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "second" });
        call.RequestStream.WriteOptions = null;
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "third" });

        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
        Assert.Equal("first", call.ResponseStream.Current.Text);
        release.Set();
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
    }

    [Fact]
    public async Task Duplex_AnswersToWaitingRequestsAndSlowReader_ArriveInOrder()
    {
        const int messages = 3_000;
        using var call = _server.Client.Duplex();
        var writing = Task.Run(async () =>
        {
            call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
            for (var i = 0; i < messages; i++)
            {
                await call.RequestStream.WriteAsync(new EchoRequest { Text = new string('x', 500) });
            }

            await call.RequestStream.CompleteAsync();
        });
        for (var i = 0; i < messages; i++)
        {
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
            Assert.Equal(i, call.ResponseStream.Current.Count);
            if (i % 1_000 == 0)
            {
                await Task.Delay(50);
            }
        }

        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
        await writing;
    }

    [Fact]
    public async Task Duplex_ServerReadsNothing_WriterWaitsForRoom()
    {
        var release = new TaskCompletionSource();
        _server.Service.OnDuplex = async (requests, _, _) =>
        {
            await release.Task;
            await foreach (var _ in requests.ReadAllAsync())
            {
            }
        };
        var request = new EchoRequest { Payload = ByteString.CopyFrom(new byte[50_000]) };
        using var call = _server.Client.Duplex();
        var blocked = Task.CompletedTask;
        for (var i = 0; i < 1_000 && blocked.IsCompleted; i++)
        {
            blocked = call.RequestStream.WriteAsync(request);
        }

        // What is written before a write waits is bounded by the windows of HTTP/2, not by what the test writes.
        Assert.False(blocked.IsCompleted);
        release.SetResult();
        await blocked.WaitAsync(EchoServer.Patience);
        await call.RequestStream.CompleteAsync().WaitAsync(EchoServer.Patience);
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
    }
}
