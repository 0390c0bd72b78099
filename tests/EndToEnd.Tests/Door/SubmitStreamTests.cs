using EndToEnd.Tests.Harness;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Action = Mesh.Contracts.Ingestion.V1.Action;
using Stream = Grpc.Core.AsyncDuplexStreamingCall<
    Mesh.Contracts.Ingestion.V1.SubmitStreamRequest, Mesh.Contracts.Ingestion.V1.SubmitStreamResponse>;

namespace EndToEnd.Tests.Door;

/// <summary>Streams of actions: what they acknowledge, and bad input in their middle.</summary>
[Collection(SharedMesh.Name)]
public sealed class SubmitStreamTests(MeshFixture fixture) : IDisposable
{
    private readonly RunningMesh _mesh = fixture.Mesh;
    private readonly CancellationTokenSource _limit = new(Until.Limit);

    /// <inheritdoc />
    public void Dispose() => _limit.Dispose();

    /// <summary>Acknowledgements only rise, up to the last number.</summary>
    [Fact]
    public async Task SubmitStream_Actions_AreDurableThroughTheLast()
    {
        string game = await _mesh.Services.NewAsync("stream");
        List<Action> good = [.. Enumerable.Range(0, 500).Select(i => Actions.CheckIn(game, $"p{i % 7}", $"v{i}"))];
        using Stream stream = Open();
        Task<List<SubmitStreamResponse>> answers = ReadAllAsync(stream);

        await SendAsync(stream, good, first: 1);
        await stream.RequestStream.CompleteAsync();

        List<SubmitStreamResponse> all = await answers;
        ulong[] through = [.. all.Select(answer => answer.DurableThrough)];
        Assert.Equal(through.Order().Distinct(), through);
        Assert.Equal((ulong)good.Count, through[^1]);
        Assert.All(all, answer => Assert.True(answer.Window > 0 && answer.Refused.Count == 0));
        Assert.False(all[^1].Token.IsEmpty);
        await Books.CheckAsync(_mesh, game, good, []);
    }

    /// <summary>A client that waits for each acknowledgement gets it.</summary>
    [Fact]
    public async Task SubmitStream_OneByOne_EachIsAcknowledged()
    {
        string game = await _mesh.Services.NewAsync("steps");
        using Stream stream = Open();
        for (ulong number = 1; number <= 3; number++)
        {
            await SendAsync(stream, [Actions.CheckIn(game, "ada", $"venue-{number}")], number);
            await ThroughAsync(stream, number);
        }

        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(_limit.Token));
        await _mesh.Services.ScoreAsync(game, "ada", 3 * Games.Points);
    }

    /// <summary>Each is judged alone: refused by its number, while those around it are accepted.</summary>
    [Fact]
    public async Task SubmitStream_BadActionsAmongGood_OnlyTheyAreRefused()
    {
        string game = await _mesh.Services.NewAsync("mixed");
        IReadOnlyList<BadAction> bad = BadAction.All(game);
        List<Action> good = [.. bad.Select((_, i) => Actions.CheckIn(game, BadAction.Player, $"venue-{i}"))];
        List<Action> sent = [.. good.Zip(bad, (one, other) => (Action[])[one, other.Action]).SelectMany(pair => pair)];
        using Stream stream = Open();
        Task<List<SubmitStreamResponse>> answers = ReadAllAsync(stream);

        await SendAsync(stream, sent, first: 1);
        await stream.RequestStream.CompleteAsync();

        List<SubmitStreamResponse> all = await answers;
        Assert.Equal((ulong)sent.Count, all[^1].DurableThrough);
        Dictionary<ulong, Receipt> refused = all.SelectMany(answer => answer.Refused).ToDictionary();
        Assert.Equal(bad.Select((_, i) => (ulong)((2 * i) + 2)), refused.Keys.Order());
        for (int i = 0; i < bad.Count; i++)
        {
            Receipt receipt = refused[(ulong)((2 * i) + 2)];
            Assert.Equal(Receipt.Types.Status.Refused, receipt.Status);
            Books.Refuses(bad[i].Code, bad[i].Field, receipt.Problem);
        }

        await _mesh.Services.ScoreAsync(game, BadAction.Player, good.Count * Games.Points);
        await Books.CheckAsync(_mesh, game, good, bad.Select(one => one.Action));
    }

    /// <summary>A number that is left out ends the stream; what was acknowledged stays.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    [InlineData(0)]
    public async Task SubmitStream_NumberOutOfOrder_EndsTheStream(ulong number)
    {
        string game = await _mesh.Services.NewAsync("order");
        List<Action> good = [Actions.CheckIn(game, "ada", "cafe"), Actions.CheckIn(game, "ada", "park")];
        Action late = Actions.CheckIn(game, "ada", "zoo");
        using Stream stream = Open();
        await SendAsync(stream, good, first: 1);
        await ThroughAsync(stream, 2);

        await SendAsync(stream, [late], number);

        await Books.RefusesAsync(
            StatusCode.InvalidArgument, ErrorCodes.NumberOrder, "number", () => ReadAllAsync(stream));
        await Books.CheckAsync(_mesh, game, good, [late]);
    }

    /// <summary>So does a message over gRPC's limit.</summary>
    [Fact]
    public async Task SubmitStream_MessageAboveFourMiB_EndsTheStreamExhausted()
    {
        string game = await _mesh.Services.NewAsync("huge-stream");
        List<Action> good = [Actions.CheckIn(game, "ada", "cafe")];
        Action huge = Actions.CheckIn(game, "ada", "park");
        huge.Answer = BadAction.Answer(ContractLimits.MessageBytes);
        using Stream stream = Open();
        await SendAsync(stream, good, first: 1);
        await ThroughAsync(stream, 1);

        RpcException failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            Task<List<SubmitStreamResponse>> answers = ReadAllAsync(stream);

            // The server may end the call while the message is still on its way.
            await SendAsync(stream, [huge], first: 2).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await answers;
        });

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        await Books.CheckAsync(_mesh, game, good, [huge]);
    }

    private static async Task SendAsync(Stream stream, IEnumerable<Action> actions, ulong first)
    {
        foreach (Action action in actions)
        {
            await stream.RequestStream.WriteAsync(new SubmitStreamRequest { Number = first++, Action = action });
        }
    }

    private Stream Open() => _mesh.Services.Ingestion.SubmitStream(cancellationToken: _limit.Token);

    private async Task<List<SubmitStreamResponse>> ReadAllAsync(Stream stream)
    {
        List<SubmitStreamResponse> all = [];
        while (await stream.ResponseStream.MoveNext(_limit.Token))
        {
            all.Add(stream.ResponseStream.Current);
        }

        return all;
    }

    private async Task ThroughAsync(Stream stream, ulong number)
    {
        do
        {
            Assert.True(await stream.ResponseStream.MoveNext(_limit.Token), "The stream has ended.");
        }
        while (stream.ResponseStream.Current.DurableThrough < number);
        Assert.Equal(number, stream.ResponseStream.Current.DurableThrough);
    }
}
