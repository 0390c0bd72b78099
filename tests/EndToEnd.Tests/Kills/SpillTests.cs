using System.Globalization;
using System.Text;
using EndToEnd.Tests.Harness;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Quests.V1;

namespace EndToEnd.Tests.Kills;

/// <summary>
/// The broker hangs in the middle of a replay, and no step fails: actions are accepted meanwhile, all of them arrive,
/// and in order.
/// </summary>
public sealed class SpillTests : IDisposable
{
    private const string Game = "spilled";
    private const string Broker = "kafka";
    private const int Players = 30;
    private const int RowsOfASecond = 300;
    private const int Seconds = 15;
    private static readonly DateTime Start = new(2025, 5, 1, 6, 0, 0, DateTimeKind.Utc);
    private readonly MeshState _state = new();

    private string File => Path.Combine(_state.Folder, "paced.tsv");

    public void Dispose() => _state.Dispose();

    /// <summary>One door: what one connection sent keeps its order.</summary>
    [Fact]
    public async Task Replay_BrokerHangs_EveryActionIsAcceptedAndArrivesInOrder()
    {
        await using RunningMesh mesh = await RunningMesh.StartAsync(_state);
        string other = await mesh.Services.NewAsync("beside");
        await ReplayWithoutBrokerAsync(mesh, async () =>
        {
            Receipt receipt = await mesh.Services.Ingestion.SubmitAsync(Actions.CheckIn(other, "somebody", "a-venue"));
            Assert.Equal(Receipt.Types.Status.Accepted, receipt.Status);
        });

        for (int player = 0; player < Players; player++)
        {
            List<QuestTransition> steps = await mesh.Stores.TransitionsAsync(Name(player));
            Assert.Equal(
                Enumerable.Range(0, Seconds * RowsOfASecond / Players).Select(venue => $"venue/{venue}"),
                steps.Select(step => step.StepKey));
        }

        await mesh.StopCleanlyAsync();
    }

    /// <summary>Two doors, one of which is killed while it holds a spill: the other sends it on.</summary>
    [Fact]
    public async Task Replay_BrokerHangsAndADoorDies_NothingAcceptedIsLost()
    {
        await using RunningMesh mesh = await RunningMesh.StartAsync(_state, setup: new MeshSetup(Doors: 2));
        await ReplayWithoutBrokerAsync(
            mesh, async () => await mesh.KillPartAsync(mesh.PartAt((await mesh.Stores.SpillingAsync())[0])));
        await mesh.StopCleanlyAsync();
    }

    /// <summary>
    /// The only door is killed: the next one accepts before the broker is back, by the policy that Quests knows.
    /// </summary>
    [Fact]
    public async Task Replay_BrokerHangsAndTheDoorStartsAgain_ItAcceptsMeanwhile()
    {
        const int burst = 20;
        await using RunningMesh mesh = await RunningMesh.StartAsync(_state);
        string other = await mesh.Services.NewAsync("beside");
        await mesh.Services.Quests.PutDoorPolicyAsync(new PutDoorPolicyRequest
        {
            ExpectedVersion = 1,
            Policy = new DoorPolicy { Player = new RateLimit { PerSecond = RowsOfASecond, Burst = burst } },
        });

        // Each try is another player's: what one spends of its limit before it is refused is not the next one's.
        int tries = 0;
        SubmitBatchRequest Batch()
        {
            string player = $"somebody-{tries++}";
            return new()
            {
                Actions = { Enumerable.Range(0, 2 * burst).Select(n => Actions.CheckIn(other, player, $"venue-{n}")) },
            };
        }

        await ReplayWithoutBrokerAsync(mesh, async () =>
        {
            await mesh.KillPartAsync("ingestion");
            SubmitBatchResponse answer = (await Until.AnswerAsync(
                "the new door accepts", () => TrySubmitAsync(mesh, Batch()), answer => answer is not null))!;
            Assert.InRange(answer.Receipts.Count(one => one.Status == Receipt.Types.Status.Accepted), burst, 2 * burst);
            Assert.Contains(answer.Receipts, one => one.Problem?.Code == ErrorCodes.RateLimited);
        });
        await mesh.StopCleanlyAsync();
    }

    private static async Task<SubmitBatchResponse?> TrySubmitAsync(RunningMesh mesh, SubmitBatchRequest batch)
    {
        try
        {
            SubmitBatchResponse answer = await mesh.Services.Ingestion.SubmitBatchAsync(batch);
            return answer.Receipts[0].Status == Receipt.Types.Status.Accepted ? answer : null;
        }
        catch (RpcException)
        {
            return null;
        }
    }

    private async Task ReplayWithoutBrokerAsync(RunningMesh mesh, Func<Task> meanwhile)
    {
        WriteRows();
        Task<ToolRun> replay = mesh.ToolAsync("replay", File, "--game", Game, "--speed", "1", "--json");
        await Until.AnswerAsync(
            "some actions are decided",
            async () => (await mesh.Stores.TypesAsync("quests")).Values.Sum(),
            decided => decided > RowsOfASecond);
        mesh.Pause(Broker);
        try
        {
            await SpilledAsync(mesh, 2 * RowsOfASecond);
            await meanwhile();
            await SpilledAsync(mesh, await mesh.Stores.SpilledAsync() + (2 * RowsOfASecond));
        }
        finally
        {
            mesh.GoOn(Broker);
        }

        ReplayAnswer answer = ToolAnswers.Read<ReplayAnswer>((await replay).Succeeded());
        Assert.Equal(new ReplayAnswer(Game, answer.Rows, answer.Rows, Seconds * RowsOfASecond, 0), answer);

        // A spilled action's token does not say where it lies, so the replay has not waited for all of them.
        await Until.AnswerAsync(
            "the books agree", () => mesh.AuditAsync(Game), verify => verify.ExitCode == 0);
        VerifyAnswer books = ToolAnswers.Read<VerifyAnswer>(await mesh.VerifyAsync(Game));
        Assert.Equal((0, answer.Accepted), (books.DifferencesCount, books.ActionsInQuests));
        await Until.AnswerAsync(
            "the spill is deleted", mesh.Stores.SpillingAsync, spilling => spilling.Count == 0);
    }

    private static Task SpilledAsync(RunningMesh mesh, long actions) => Until.AnswerAsync(
        $"{actions} actions are accepted without the broker", mesh.Stores.SpilledAsync, spilled => spilled >= actions);

    private void WriteRows()
    {
        StringBuilder text = new("player\tutc\tlatitude\tlongitude\tvenue\n");
        for (int row = 0; row < Seconds * RowsOfASecond; row++)
        {
            DateTime at = Start.AddSeconds(row / RowsOfASecond);
            text.Append(
                CultureInfo.InvariantCulture,
                $"{Name(row % Players)}\t{at:yyyy-MM-dd'T'HH:mm:ss'Z'}\t40.5\t-74\t{row / Players}\n");
        }

        System.IO.File.WriteAllText(File, text.ToString());
    }

    private static string Name(int player) => $"paced-{player}";
}
