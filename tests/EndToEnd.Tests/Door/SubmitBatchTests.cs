using EndToEnd.Tests.Harness;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Action = Mesh.Contracts.Ingestion.V1.Action;
using Status = Mesh.Contracts.Ingestion.V1.Receipt.Types.Status;

namespace EndToEnd.Tests.Door;

/// <summary>Bad input in batches.</summary>
[Collection(SharedMesh.Name)]
public sealed class SubmitBatchTests(MeshFixture fixture)
{
    private readonly RunningMesh _mesh = fixture.Mesh;

    /// <summary>Each is judged alone: its neighbours are accepted, every receipt is at its action's place.</summary>
    [Fact]
    public async Task SubmitBatch_BadActionsAmongGood_OnlyTheyAreRefused()
    {
        string game = await _mesh.Services.NewAsync("batch");
        IReadOnlyList<BadAction> bad = BadAction.All(game);
        List<Action> good = [.. bad.Select((_, i) => Actions.CheckIn(game, BadAction.Player, $"venue-{i}"))];
        SubmitBatchRequest request = new();
        for (int i = 0; i < bad.Count; i++)
        {
            request.Actions.AddRange([good[i], bad[i].Action]);
        }

        SubmitBatchResponse response = await _mesh.Services.Ingestion.SubmitBatchAsync(request);

        Assert.Equal(request.Actions.Count, response.Receipts.Count);
        for (int i = 0; i < bad.Count; i++)
        {
            Assert.Equal(Status.Accepted, response.Receipts[2 * i].Status);
            Assert.Equal(Status.Refused, response.Receipts[(2 * i) + 1].Status);
            Books.Refuses(bad[i].Code, bad[i].Field, response.Receipts[(2 * i) + 1].Problem);
        }

        await _mesh.Services.ScoreAsync(game, BadAction.Player, good.Count * Games.Points);
        await Books.CheckAsync(_mesh, game, good, bad.Select(one => one.Action));
    }

    /// <summary>A thousand actions are a batch.</summary>
    [Fact]
    public async Task SubmitBatch_AThousandActions_AreAccepted()
    {
        string game = await _mesh.Services.NewAsync("thousand");
        SubmitBatchRequest request = Batch(game, ContractLimits.BatchActions);

        SubmitBatchResponse response = await _mesh.Services.Ingestion.SubmitBatchAsync(request);

        Assert.All(response.Receipts, receipt => Assert.Equal(Status.Accepted, receipt.Status));
        await Books.CheckAsync(_mesh, game, request.Actions, []);
    }

    /// <summary>One more is refused as a whole.</summary>
    [Fact]
    public async Task SubmitBatch_AboveAThousandActions_IsRefusedWhole()
    {
        string game = await _mesh.Services.NewAsync("overfull");
        SubmitBatchRequest request = Batch(game, ContractLimits.BatchActions + 1);

        await Books.RefusesAsync(
            StatusCode.InvalidArgument,
            ErrorCodes.BatchTooLarge,
            "actions",
            async () => await _mesh.Services.Ingestion.SubmitBatchAsync(request));

        await Books.CheckAsync(_mesh, game, [], request.Actions);
    }

    /// <summary>So is a message over gRPC's limit.</summary>
    [Fact]
    public async Task SubmitBatch_MessageAboveFourMiB_IsExhausted()
    {
        string game = await _mesh.Services.NewAsync("huge-batch");
        SubmitBatchRequest request = Batch(game, 3);
        request.Actions[1].Answer = BadAction.Answer(ContractLimits.MessageBytes);

        RpcException failure = await Assert.ThrowsAsync<RpcException>(
            async () => await _mesh.Services.Ingestion.SubmitBatchAsync(request));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        await Books.CheckAsync(_mesh, game, [], request.Actions);
    }

    private static SubmitBatchRequest Batch(string game, int actions) => new()
    {
        Actions = { Enumerable.Range(0, actions).Select(i => Actions.CheckIn(game, $"player-{i % 20}", $"venue-{i}")) },
    };
}
