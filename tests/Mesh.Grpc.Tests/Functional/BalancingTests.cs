using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Mesh.Grpc.Tests.Protos;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>Several addresses, on real servers that start and stop.</summary>
public sealed class BalancingTests : IAsyncLifetime
{
    private readonly EchoServer[] _servers = new EchoServer[3];

    public async Task InitializeAsync()
    {
        for (var i = 0; i < _servers.Length; i++)
        {
            _servers[i] = await StartAsync(i);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task RoundRobin_ThreeServers_EachGetsAThird()
    {
        using var channel = Channel(new RoundRobinConfig());
        await WaitForAsync(channel, [0, 1, 2]);

        Assert.Equal("20 20 20", await CountAsync(channel, 60));
    }

    [Fact]
    public async Task RoundRobin_AServerStopsAndReturns_ItIsUsedAgain()
    {
        using var channel = Channel(new RoundRobinConfig());
        await WaitForAsync(channel, [0, 1, 2]);

        await _servers[1].DisposeAsync();
        await WaitForAsync(channel, [0, 2]);
        var without = await CountAsync(channel, 20);
        _servers[1] = await StartAsync(1, _servers[1].Port);
        await WaitForAsync(channel, [0, 1, 2]);

        Assert.Matches("^[0-9]+ 0 [0-9]+$", without);
    }

    // Often enough for calls to meet a connection in each state between its last call and its end: what they may fail
    // with is UNAVAILABLE alone, which the policy retries.
    [Fact]
    public async Task RoundRobin_AServerStopsAndReturnsUnderLoad_CallsAreRetried()
    {
        using var channel = Channel(new RoundRobinConfig(), RetryTests.Policy());
        await WaitForAsync(channel, [0, 1, 2]);
        using var cancellation = new CancellationTokenSource();
        Task<int>[] loads = [.. Enumerable.Range(0, 4).Select(_ => LoadAsync(channel, cancellation.Token))];

        for (var i = 0; i < 50; i++)
        {
            await _servers[1].DisposeAsync();
            _servers[1] = await StartAsync(1, _servers[1].Port);
            await WaitForAsync(channel, [0, 1, 2]);
        }

        await cancellation.CancelAsync();
        Assert.All(await Task.WhenAll(loads), calls => Assert.NotEqual(0, calls));
    }

    [Fact]
    public async Task PickFirst_TheFirstAnswers_AllCallsGoThere()
    {
        using var channel = Channel(policy: null);

        Assert.Equal("20 0 0", await CountAsync(channel, 20));
    }

    [Fact]
    public async Task PickFirst_TheFirstIsGone_TheNextIsTaken()
    {
        using var channel = Channel(new PickFirstConfig());
        await _servers[0].DisposeAsync();
        Assert.Equal("0 20 0", await CountAsync(channel, 20));

        await _servers[1].DisposeAsync();

        Assert.Equal("0 0 20", await CountAsync(channel, 20));
    }

    [Fact]
    public async Task RoundRobin_NobodyListens_FailsWithoutDiallingForEachCall()
    {
        var ports = new[] { await ConnectionTests.FreePortAsync(), await ConnectionTests.FreePortAsync() };
        using var channel = Channel(
            new RoundRobinConfig(),
            ports.Select(port => new BalancerAddress("127.0.0.1", port)),
            TimeSpan.FromHours(1));
        var client = new Echo.EchoClient(channel);
        await StatusTests.FailureOf(client.UnaryAsync(new EchoRequest()).ResponseAsync);
        await UntilAsync(() => channel.State == ConnectivityState.TransientFailure);

        // It comes back during the back-off, which holds for calls as well.
        await using var back = await EchoServer.StartAsync(port: ports[0]);
        var failure = await StatusTests.FailureOf(client.UnaryAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal(0, back.Connections);
    }

    [Fact]
    public async Task Resolver_AddressesChange_CallsFollowAndOldOnesEnd()
    {
        var resolver = new ScriptedFactory(At(0));
        using var channel = GrpcChannel.ForAddress("script:///any", new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } },
            ServiceProvider = Services(resolver),
        });
        var client = new Echo.EchoClient(channel);
        Assert.Equal("5 0 0", await CountAsync(channel, 5));
        var old = client.Duplex();
        await old.RequestStream.WriteAsync(new EchoRequest());
        Assert.True(await old.ResponseStream.MoveNext());

        resolver.Tell(ResolverResult.ForResult([At(1), At(2)]));
        await WaitForAsync(channel, [1, 2]);
        resolver.Tell(ResolverResult.ForFailure(new Status(StatusCode.Internal, "no answer")));

        // A failure to resolve takes no address away; a call under way on an old address goes on, then it is closed.
        Assert.Equal("0 5 5", await CountAsync(channel, 10));
        await old.RequestStream.WriteAsync(new EchoRequest());
        Assert.True(await old.ResponseStream.MoveNext());
        Assert.Equal(1, _servers[0].Connections);
        await old.RequestStream.CompleteAsync();
        Assert.False(await old.ResponseStream.MoveNext());
        await UntilAsync(() => _servers[0].Connections == 0);
    }

    [Fact]
    public async Task Resolver_ConnectionLost_IsAskedAgain()
    {
        var resolver = new ScriptedFactory(At(0)) { Next = [At(1)] };
        using var channel = GrpcChannel.ForAddress("script:///any", new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceProvider = Services(resolver),
            InitialReconnectBackoff = TimeSpan.FromHours(1),
        });
        Assert.Equal("3 0 0", await CountAsync(channel, 3));

        await _servers[0].StopAtOnceAsync();
        await channel.WaitForStateChangedAsync(ConnectivityState.Ready).WaitAsync(EchoServer.Patience);
        await WaitForAsync(channel, [1]);

        Assert.Equal("0 3 0", await CountAsync(channel, 3));
    }

    [Fact]
    public async Task PickFirst_AddressIsTakenAway_ItsConnectionEndsAfterItsCalls()
    {
        var resolver = new ScriptedFactory(At(0));
        using var channel = GrpcChannel.ForAddress("script:///any", new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceProvider = Services(resolver),
        });
        using var old = new Echo.EchoClient(channel).Duplex();
        await old.RequestStream.WriteAsync(new EchoRequest());
        Assert.True(await old.ResponseStream.MoveNext());

        resolver.Tell(ResolverResult.ForResult([At(1)]));

        Assert.Equal("0 4 0", await CountAsync(channel, 4));
        Assert.Equal(1, _servers[0].Connections);
        await old.RequestStream.CompleteAsync();
        Assert.False(await old.ResponseStream.MoveNext());
        await UntilAsync(() => _servers[0].Connections == 0);
    }

    // A resolver that answers each question at once must not turn the back-off into a loop.
    [Fact]
    public async Task Resolver_AnswersTheSameAfterAFailure_TheBackoffHolds()
    {
        var dead = new BalancerAddress("127.0.0.1", await ConnectionTests.FreePortAsync());
        var resolver = new ScriptedFactory(dead) { Next = [dead] };
        using var channel = GrpcChannel.ForAddress("script:///any", new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceProvider = Services(resolver),
            InitialReconnectBackoff = TimeSpan.FromHours(1),
        });
        await StatusTests.FailureOf(new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync);
        await UntilAsync(() => resolver.Asked == 2);

        await using var back = await EchoServer.StartAsync(port: dead.EndPoint.Port);
        await StatusTests.FailureOf(new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal(2, resolver.Asked);
        Assert.Equal(0, back.Connections);
    }

    [Fact]
    public async Task Resolver_Fails_TheCallTellsWhy()
    {
        var resolver = new ScriptedFactory() { Failure = new InvalidOperationException("no such zone") };
        using var channel = GrpcChannel.ForAddress("script:///any", new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceProvider = Services(resolver),
        });

        var failure = await StatusTests.FailureOf(
            new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Contains("no such zone", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolver_WithServiceConfig_DecidesThePolicyUnlessDisabled()
    {
        var config = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } };
        foreach (var isDisabled in new[] { false, true })
        {
            var resolver = new ScriptedFactory(At(0), At(1), At(2)) { Config = config };
            using var channel = GrpcChannel.ForAddress("script:///any", new GrpcChannelOptions
            {
                Credentials = ChannelCredentials.Insecure,
                ServiceProvider = Services(resolver),
                DisableResolverServiceConfig = isDisabled,
            });
            await WaitForAsync(channel, isDisabled ? [0] : [0, 1, 2]);

            Assert.Equal(isDisabled ? "9 0 0" : "3 3 3", await CountAsync(channel, 9));
        }
    }

    [Fact]
    public async Task Dns_ByName_IsResolvedAndNamed()
    {
        string? host = null;
        _servers[0].Service.OnUnary = (_, context) =>
        {
            host = context.Host;
            return Task.FromResult(new EchoReply());
        };
        using var channel = GrpcChannel.ForAddress(
            $"dns:///localhost:{_servers[0].Port}",
            new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure });

        await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest());

        Assert.Equal($"localhost:{_servers[0].Port}", host);
    }

    [Fact]
    public void ForAddress_UnknownSchemeOrPolicy_NamesIt()
    {
        var noResolver = Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress(
            "zoo:///any", new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure }));
        Assert.Contains("zoo:///any", noResolver.Message, StringComparison.Ordinal);
        var noPolicy = Assert.Throws<InvalidOperationException>(
            () => Channel(new LoadBalancingConfig("least_request")));
        Assert.Contains("least_request", noPolicy.Message, StringComparison.Ordinal);
    }

    private static async Task<EchoServer> StartAsync(int number, int port = 0)
    {
        var server = await EchoServer.StartAsync(port: port);
        server.Service.OnUnary = (_, _) => Task.FromResult(new EchoReply { Count = number });
        return server;
    }

    /// <summary>Calls, and tells how many each server answered.</summary>
    private static async Task<string> CountAsync(GrpcChannel channel, int calls)
    {
        var client = new Echo.EchoClient(channel);
        var counts = new int[3];
        for (var i = 0; i < calls; i++)
        {
            counts[(await client.UnaryAsync(new EchoRequest()).ResponseAsync.WaitAsync(EchoServer.Patience)).Count]++;
        }

        return string.Join(' ', counts);
    }

    /// <summary>Calls until just these servers answer.</summary>
    private static async Task WaitForAsync(GrpcChannel channel, int[] servers)
    {
        using var patience = new CancellationTokenSource(EchoServer.Patience);
        IEnumerable<int> answering;
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            var counts = (await CountAsync(channel, 6)).Split(' ');
            answering = Enumerable.Range(0, counts.Length).Where(server => counts[server] != "0");
        }
        while (!answering.SequenceEqual(servers));
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(EchoServer.Patience);
        while (!isSo())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private static async Task<int> LoadAsync(GrpcChannel channel, CancellationToken cancellationToken)
    {
        var client = new Echo.EchoClient(channel);
        var calls = 0;
        for (; !cancellationToken.IsCancellationRequested; calls++)
        {
            await client.UnaryAsync(new EchoRequest(), cancellationToken: CancellationToken.None);
        }

        return calls;
    }

    private static ServiceProvider Services(ResolverFactory factory) =>
        new ServiceCollection().AddSingleton(factory).BuildServiceProvider();

    private static GrpcChannel Channel(
        LoadBalancingConfig? policy,
        IEnumerable<BalancerAddress> addresses,
        TimeSpan backoff,
        RetryPolicy? retries = null)
    {
        var config = new ServiceConfig();
        if (retries is not null)
        {
            config.MethodConfigs.Add(new MethodConfig { Names = { MethodName.Default }, RetryPolicy = retries });
        }

        if (policy is not null)
        {
            config.LoadBalancingConfigs.Add(policy);
        }

        return GrpcChannel.ForAddress("static:///echo", new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceConfig = config,
            ServiceProvider = Services(new StaticResolverFactory(_ => addresses)),
            InitialReconnectBackoff = backoff,
        });
    }

    private GrpcChannel Channel(LoadBalancingConfig? policy, RetryPolicy? retries = null) =>
        Channel(policy, [At(0), At(1), At(2)], TimeSpan.FromMilliseconds(20), retries);

    private BalancerAddress At(int server) => new("127.0.0.1", _servers[server].Port);
}
