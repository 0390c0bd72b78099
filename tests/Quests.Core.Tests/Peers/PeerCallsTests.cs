using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Types.V1;
using Mesh.Partitions;
using Mesh.Wiring;
using Microsoft.Extensions.Configuration;

namespace Mesh.Quests.Tests.Peers;

/// <summary>Calls that reach an instance which does not own their partition; real servers and channels.</summary>
public sealed class PeerCallsTests
{
    private static readonly Metadata Tenant = CallTenant.HeadersFor("demo");

    [Fact]
    public async Task Call_OfAnotherInstancesPartition_IsAnsweredByItsOwner()
    {
        await using Instance front = await Instance.StartAsync();
        await using Instance owner = await Instance.StartAsync();
        front.Said.Game = () => throw new NotOwnerException(3, owner.Address);
        owner.Said.Game = () => new Game { GameId = "city" };
        DateTime deadline = DateTime.UtcNow.AddSeconds(9);

        Game game = await front.Client.GetGameAsync(new GetGameRequest(), Tenant, deadline);

        Assert.Equal("city", game.GameId);
        (Metadata headers, DateTime passed) = Assert.Single(owner.Said.Asked);
        Assert.Equal("demo", headers.GetValue(HeaderNames.Tenant));
        Assert.Equal("1", headers.GetValue(HeaderNames.Forwarded));
        Assert.InRange(passed, DateTime.UtcNow.AddSeconds(-60), deadline.AddSeconds(1));
        Assert.Null(front.Said.Asked[0].Headers.GetValue(HeaderNames.Forwarded));
    }

    [Fact]
    public async Task Call_ForwardedToOneThatIsNotTheOwnerEither_IsNotForwardedAgain()
    {
        await using Instance front = await Instance.StartAsync();
        await using Instance other = await Instance.StartAsync();
        front.Said.Game = () => throw new NotOwnerException(3, other.Address);
        other.Said.Game = () => throw new NotOwnerException(3, front.Address);

        await AssertUnavailableAsync(() => Ask(front));
        Assert.Single(front.Said.Asked);
        Assert.Single(other.Said.Asked);
    }

    [Fact]
    public async Task Call_WhoseOwnerIsGoneOrUnknown_IsUnavailable()
    {
        await using Instance front = await Instance.StartAsync();
        Instance gone = await Instance.StartAsync();
        front.Said.Game = () => throw new NotOwnerException(3, gone.Address);
        await Ask(front);
        await gone.DisposeAsync();

        await AssertUnavailableAsync(() => Ask(front));
        front.Said.Game = () => throw new NotOwnerException(3, null);
        await AssertUnavailableAsync(() => Ask(front));
        front.Said.Game = () => throw new PartitionUnavailableException("starting");
        await AssertUnavailableAsync(() => Ask(front));
    }

    [Fact]
    public async Task Call_ThatItsOwnerRefuses_IsRefusedInTheSameWords()
    {
        await using Instance front = await Instance.StartAsync();
        await using Instance owner = await Instance.StartAsync();
        front.Said.Game = () => throw new NotOwnerException(3, owner.Address);
        Problem problem = Problems.Of(ErrorCodes.GameUnknown, "game_id", "There is no game 'town'.");
        owner.Said.Game = () => throw problem.ToRpcException();

        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => Ask(front));
        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
        Assert.Equal(problem, Problems.FromRpcException(refused));
    }

    [Fact]
    public async Task Gathering_OverInstances_HoldsEveryPartitionOnce()
    {
        await using Instance one = await Instance.StartAsync();
        await using Instance two = await Instance.StartAsync();
        Divide(one, two, n => n < 5);

        Assert.Equal(Enumerable.Range(0, 12), await PartitionsAsync(one, Tenant));
        Assert.Equal(Enumerable.Range(0, 12), await PartitionsAsync(two, Tenant));
        Assert.Equal(Enumerable.Range(0, 5), await PartitionsAsync(one, PeerCalls.ForwardedHeaders()));
    }

    [Fact]
    public async Task Gathering_WhilePartitionsChangeHands_IsUnavailable()
    {
        await using Instance one = await Instance.StartAsync();
        await using Instance two = await Instance.StartAsync();
        Divide(one, two, n => n < 5);

        // The other one has given a partition up; then both say that they own it.
        two.Said.Places = [.. two.Said.Places.Select(p => p.Partition == 7 ? new PartitionPlace(7, false, null) : p)];
        await AssertUnavailableAsync(() => PartitionsAsync(one, Tenant));
        await AssertUnavailableAsync(() => PartitionsAsync(two, Tenant));
        Divide(one, two, n => n < 5);
        one.Said.Places = [.. one.Said.Places.Select(p => p.Partition == 7 ? new PartitionPlace(7, true, null) : p)];
        await AssertUnavailableAsync(() => PartitionsAsync(one, Tenant));
    }

    [Fact]
    public async Task Resend_AskedByAClient_IsDenied()
    {
        await using Instance one = await Instance.StartAsync();
        ResendRequest request = new() { Store = Google.Protobuf.ByteString.CopyFrom(new byte[16]) };

        RpcException refused = await Assert.ThrowsAsync<RpcException>(
            () => one.Client.ResendAsync(request, Tenant).ResponseAsync);
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        await AssertUnavailableAsync(
            () => one.Client.ResendAsync(request, PeerCalls.ForwardedHeaders()).ResponseAsync);
        request.Partition = 12;
        refused = await Assert.ThrowsAsync<RpcException>(
            () => one.Client.ResendAsync(request, PeerCalls.ForwardedHeaders()).ResponseAsync);
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public async Task ResendOrder_GoesToTheInstancesInTurn_UntilOneSends()
    {
        List<ResendRequest> asked = [];
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("services:quests:http:0", "http://127.0.0.1:1"),
            new("services:quests:http:1", "http://127.0.0.1:2"),
            new("services:quests:http:2", "http://127.0.0.1:3"),
        ]).Build();
        using PeerCalls peers = new();
        ResendOrder order = new(Guid.NewGuid(), 3, "quest.v1.transitions", 3, 77);
        Func<ResendOrder, CancellationToken, Task> resend = Resending.From(
            configuration, "quests", peers, (_, request, options) =>
            {
                Assert.Equal("1", options.Headers!.GetValue(HeaderNames.Forwarded));
                asked.Add(request);
                return asked.Count == 1
                    ? throw new RpcException(new Status(StatusCode.Unavailable, "not the owner"))
                    : new AsyncUnaryCall<ResendResponse>(
                        Task.FromResult(new ResendResponse()), Task.FromResult(new Metadata()),
                        () => Status.DefaultSuccess, () => [], () => { });
            });

        await resend(order, CancellationToken.None);

        Assert.Equal(2, asked.Count);
        Assert.Equal((3u, "quest.v1.transitions", 3u, 77ul),
            (asked[0].Partition, asked[0].Topic, asked[0].TopicPartition, asked[0].After));
        Assert.Equal(order.Store, Ids.FromBytes(asked[0].Store.Span));
        await Assert.ThrowsAsync<PartitionUnavailableException>(
            () => Resending.From(configuration, "nobody", peers, (_, _, _) => throw new NotSupportedException())(
                order, CancellationToken.None));
    }

    private static void Divide(Instance one, Instance two, Func<int, bool> isOnes)
    {
        one.Said.Places = [.. Enumerable.Range(0, 12)
            .Select(n => new PartitionPlace(n, isOnes(n), isOnes(n) ? null : two.Address))];
        two.Said.Places = [.. Enumerable.Range(0, 12)
            .Select(n => new PartitionPlace(n, !isOnes(n), isOnes(n) ? one.Address : null))];
    }

    private static Task<Game> Ask(Instance instance) =>
        instance.Client.GetGameAsync(new GetGameRequest(), Tenant).ResponseAsync;

    private static async Task<IEnumerable<int>> PartitionsAsync(Instance instance, Metadata headers) =>
        (await instance.Client.ListGamesAsync(new ListGamesRequest(), headers)).Partitions.Select(n => (int)n).Order();

    private static async Task AssertUnavailableAsync(Func<Task> call)
    {
        RpcException refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Equal(ErrorCodes.Unavailable, Problems.FromRpcException(refused)?.Code);
    }
}
