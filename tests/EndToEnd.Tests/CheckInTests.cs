using EndToEnd.Tests.Harness;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.Contracts.Rewards.V1;
using Mesh.Contracts.Sessions.V1;
using Action = Mesh.Contracts.Ingestion.V1.Action;

namespace EndToEnd.Tests;

/// <summary>One check-in, through every hop.</summary>
[Collection(SharedMesh.Name)]
public sealed class CheckInTests(MeshFixture fixture)
{
    private readonly RunningMesh _mesh = fixture.Mesh;

    /// <summary>The score, the wallet and the session follow from it.</summary>
    [Fact]
    public async Task CheckIn_Accepted_IsScoredPaidAndInASession()
    {
        Services services = _mesh.Services;
        string game = await services.NewAsync("hops");
        Action action = Actions.CheckIn(game, "ada", "cafe");

        Receipt receipt = await services.Ingestion.SubmitAsync(action);

        Assert.Equal(Receipt.Types.Status.Accepted, receipt.Status);
        Assert.NotNull(receipt.ReceivedAt);
        Assert.False(receipt.Token.IsEmpty);
        Entry entry = await services.ScoreAsync(game, "ada", Games.Points);
        Assert.Equal(
            new Entry { Rank = 1, Subject = "p/ada", Score = Games.Points, ReachedAt = action.OccurredAt }, entry);

        Wallet wallet = await services.Rewards.GetWalletAsync(new GetWalletRequest { GameId = game, PlayerId = "ada" });
        Balance balance = Assert.Single(wallet.Balances);
        Assert.Equal(("points", Games.Points), (balance.Currency, balance.Amount));

        ListSessionsRequest request = new() { GameId = game, PlayerId = "ada" };
        ListSessionsResponse sessions = await Until.AnswerAsync(
            "ada has a session",
            async () => await services.Sessions.ListSessionsAsync(request),
            answer => answer.Sessions.Count > 0);
        Session session = Assert.Single(sessions.Sessions);
        Assert.Equal(
            (action.OccurredAt, action.OccurredAt, 1U), (session.First, session.Last, session.Actions));
        long us = Actions.Noon.ToUnixTimeMilliseconds() * 1_000;
        Assert.Equal(Ids.Session(Services.Tenant, game, "ada", us), Ids.FromBytes(session.SessionId.Span));
    }

    /// <summary>A watcher is pushed a snapshot, then the change.</summary>
    [Fact]
    public async Task Watch_CheckIn_PushesTheChangedScore()
    {
        Services services = _mesh.Services;
        string game = await services.NewAsync("watch");
        await services.Ingestion.SubmitAsync(Actions.CheckIn(game, "ada", "cafe"));
        await services.ScoreAsync(game, "ada", Games.Points);
        using CancellationTokenSource limit = new(Until.Limit);
        using AsyncServerStreamingCall<WatchResponse> watch = services.Leaderboard.Watch(
            new WatchRequest { Board = new BoardRef { GameId = game } }, cancellationToken: limit.Token);

        Assert.True(await watch.ResponseStream.MoveNext(limit.Token));
        WatchResponse first = watch.ResponseStream.Current;
        Entry shown = Assert.Single(first.Snapshot);
        Assert.Equal((1UL, "p/ada", Games.Points), (shown.Rank, shown.Subject, shown.Score));
        Assert.Empty(first.Changed);

        Timestamp later = Actions.Noon.AddMinutes(1).ToTimestamp();
        await services.Ingestion.SubmitAsync(Actions.CheckIn(game, "ada", "park", Actions.Noon.AddMinutes(1)));
        WatchResponse change = await NextChangeAsync(watch.ResponseStream, limit.Token);
        Assert.Empty(change.Snapshot);
        Assert.Equal(
            new Entry { Rank = 1, Subject = "p/ada", Score = 2 * Games.Points, ReachedAt = later },
            Assert.Single(change.Changed));
    }

    // Empty messages are heartbeats.
    private static async Task<WatchResponse> NextChangeAsync(
        IAsyncStreamReader<WatchResponse> stream, CancellationToken cancellation)
    {
        do
        {
            Assert.True(await stream.MoveNext(cancellation), "The watch has ended.");
        }
        while (stream.Current.Changed.Count == 0);
        return stream.Current;
    }
}
