using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Mesh.Grpc.Tests.Protos;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Grpc.Tests.Functional;

public sealed class ServerInterceptorTests : IAsyncLifetime
{
    private readonly Diary _diary = new();
    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync(configure: services =>
    {
        services.AddSingleton(_diary);
        services.AddSingleton(provider => new Registered(provider.GetRequiredService<Diary>()));
        services.AddGrpc(options =>
        {
            options.Interceptors.Add<Writing>("first");
            options.Interceptors.Add<Registered>();
        }).AddServiceOptions<EchoService>(options =>
        {
            options.Interceptors.Add(typeof(Writing), "own");
            options.MaxReceiveMessageSize = 1_000;
        });
    });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task EveryKind_CallsLeadThroughInOrder()
    {
        string[] order = ["first in", "registered in", "own in", "own out", "registered out", "first out"];

        await _server.Client.UnaryAsync(new EchoRequest());
        await DisposedAsync(2);
        Assert.Equal(order, _diary.Entries);

        using (var call = _server.Client.ClientStream())
        {
            await call.RequestStream.CompleteAsync();
            await call;
        }

        await DisposedAsync(4);
        using (var call = _server.Client.ServerStream(new EchoRequest { Replies = 2 }))
        {
            Assert.Equal(2, await call.ResponseStream.ReadAllAsync().CountAsync());
        }

        await DisposedAsync(6);
        using (var call = _server.Client.Duplex())
        {
            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
        }

        await DisposedAsync(8);
        Assert.Equal([.. order, .. order, .. order, .. order], _diary.Entries);
    }

    [Fact]
    public async Task Created_OnceForEachCall_RegisteredOnceForAll()
    {
        await _server.Client.UnaryAsync(new EchoRequest());
        await _server.Client.UnaryAsync(new EchoRequest());
        await DisposedAsync(4);

        Assert.Equal(4, _diary.Created);
        Assert.Equal(1, _diary.RegisteredCreated);
    }

    [Fact]
    public async Task Interceptor_Refuses_HandlerIsNotCalled()
    {
        var wasCalled = false;
        _server.Service.OnUnary = (_, _) =>
        {
            wasCalled = true;
            return Task.FromResult(new EchoReply());
        };

        var failure = await StatusTests.FailureOf(_server.Client.UnaryAsync(
            new EchoRequest(), new Metadata { { "refuse-in", "own" } }).ResponseAsync);

        Assert.Equal(StatusCode.PermissionDenied, failure.StatusCode);
        Assert.False(wasCalled);
        await DisposedAsync(2);
    }

    [Fact]
    public async Task Interceptor_ChangesRequestAndResponse_BothAreSeen()
    {
        var reply = await _server.Client.UnaryAsync(
            new EchoRequest { Text = "a" }, new Metadata { { "change-in", "first" } });

        Assert.Equal("changed a", reply.Text);
        Assert.Equal(99, reply.Count);
    }

    [Fact]
    public async Task Handler_Fails_InterceptorsSeeIt()
    {
        _server.Service.OnUnary = (_, _) => throw new InvalidOperationException("on purpose");

        var failure = await StatusTests.FailureOf(_server.Client.UnaryAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
        Assert.Equal("Exception was thrown by handler.", failure.Status.Detail);
        Assert.Equal(["own failed", "registered failed", "first failed"], _diary.Entries.TakeLast(3));
    }

    [Fact]
    public async Task ServiceOptions_OwnLimit_HoldsForTheServiceAlone()
    {
        var tooLong = new string('x', 1_001);
        var failure = await StatusTests.FailureOf(
            _server.Client.UnaryAsync(new EchoRequest { Text = tooLong }).ResponseAsync);
        var other = await StatusTests.FailureOf(new global::Grpc.Health.V1.Health.HealthClient(_server.Channel)
            .CheckAsync(new global::Grpc.Health.V1.HealthCheckRequest { Service = tooLong }).ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Equal(StatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public void Add_NoInterceptor_IsRefusedByName()
    {
        var failure = Assert.Throws<ArgumentException>(
            () => new GrpcServiceOptions().Interceptors.Add(typeof(string)));

        Assert.Contains("System.String", failure.Message, StringComparison.Ordinal);
    }

    // They are disposed of after the client has its answer.
    private Task DisposedAsync(int count) => Task.Run(() => SpinWait.SpinUntil(
        () => _diary.Disposed == count, EchoServer.Patience)).ContinueWith(
        done => Assert.True(done.Result, $"{_diary.Disposed} of {count} were disposed of."), TaskScheduler.Default);

    private sealed class Diary
    {
        private readonly Lock _gate = new();
        private readonly List<string> _entries = [];
        private int _disposed;

        public string[] Entries
        {
            get
            {
                lock (_gate)
                {
                    return [.. _entries];
                }
            }
        }

        public int Created { get; set; }

        public int RegisteredCreated { get; set; }

        public int Disposed => Volatile.Read(ref _disposed);

        public void Write(string entry)
        {
            lock (_gate)
            {
                _entries.Add(entry);
            }
        }

        public void CountDisposed() => Interlocked.Increment(ref _disposed);
    }

    private class Observing(Diary diary, string name) : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            if (context.RequestHeaders.GetValue("refuse-in") == name)
            {
                throw new RpcException(new Status(StatusCode.PermissionDenied, name));
            }

            var change = context.RequestHeaders.GetValue("change-in") == name;
            if (change && request is EchoRequest echo)
            {
                echo.Text = "changed " + echo.Text;
            }

            TResponse? response = null;
            await AroundAsync(async () => response = await continuation(request, context));
            if (change && response is EchoReply reply)
            {
                reply.Count = 99;
            }

            return response!;
        }

        public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream,
            ServerCallContext context,
            ClientStreamingServerMethod<TRequest, TResponse> continuation)
        {
            TResponse? response = null;
            await AroundAsync(async () => response = await continuation(requestStream, context));
            return response!;
        }

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request,
            IServerStreamWriter<TResponse> responseStream,
            ServerCallContext context,
            ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
            AroundAsync(() => continuation(request, responseStream, context));

        public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream,
            IServerStreamWriter<TResponse> responseStream,
            ServerCallContext context,
            DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
            AroundAsync(() => continuation(requestStream, responseStream, context));

        private async Task AroundAsync(Func<Task> rest)
        {
            diary.Write($"{name} in");
            try
            {
                await rest();
            }
            catch (Exception)
            {
                diary.Write($"{name} failed");
                throw;
            }

            diary.Write($"{name} out");
        }
    }

    private sealed class Writing : Observing, IAsyncDisposable
    {
        private readonly Diary _diary;

        public Writing(string name, Diary diary)
            : base(diary, name)
        {
            _diary = diary;
            diary.Created++;
        }

        public ValueTask DisposeAsync()
        {
            _diary.CountDisposed();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Registered : Observing
    {
        public Registered(Diary diary)
            : base(diary, "registered") => diary.RegisteredCreated++;
    }
}
