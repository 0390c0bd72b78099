using System.Threading.Channels;
using Mesh.Cli;
using Mesh.Cli.Following;
using Mesh.Cli.Replay;

namespace Cli.Tests;

public sealed class ActionStreamTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Stream_MoreRowsThanTheWindow_SendsAllInOrder()
    {
        DoorScript script = new() { Window = 7 };

        ReplayTally tally = await SendAsync(script, rows: 3000);

        Assert.Equal(Venues(3000), script.Received);
        Assert.Equal((3000L, 3000L, 0L), (tally.Acknowledged, tally.Accepted, tally.Refused));
        Assert.Equal(3000ul, tally.Reached.Next[new TopicPlace("actions", 0)]);
    }

    [Fact]
    public async Task Stream_ThatBreaks_SendsAgainWhatIsNotAcknowledged()
    {
        DoorScript script = new() { BreakAfter = 1234 };

        ReplayTally tally = await SendAsync(script, rows: 2000);

        Assert.Equal(2000, tally.Acknowledged);
        Assert.Equal(Venues(2000), script.Received.Distinct());
        Assert.Equal("1999", script.Received[^1]);
    }

    [Fact]
    public async Task Stream_WithARefusedAction_NamesItAndGoesOn()
    {
        ReplayTally tally = await SendAsync(new DoorScript { Refused = "42" }, rows: 100);

        Assert.Equal((100L, 99L, 1L), (tally.Acknowledged, tally.Accepted, tally.Refused));
        Assert.Contains("row 42", Assert.Single(tally.Refusals), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_ToldToComeLater_SendsThatActionAgain()
    {
        DoorScript script = new() { Later = "42" };

        ReplayTally tally = await SendAsync(script, rows: 100);

        Assert.Equal((100L, 0L), (tally.Accepted, tally.Refused));
        Assert.Equal(2, script.Received.Count(venue => venue == "42"));
    }

    [Fact]
    public async Task Stream_ToldToComeLater_WaitsAsLongAndKeepsTheOrder()
    {
        // Past what is sent before the first answer, one action is under way at a time.
        DoorScript script = new() { Window = 1, Later = "1100", LaterBy = TimeSpan.FromMilliseconds(300) };

        ReplayTally tally = await SendAsync(script, rows: 1200);

        Assert.Equal((1200L, 0L), (tally.Accepted, tally.Refused));
        Assert.Equal([.. Venues(1101), .. Venues(1200).Skip(1100)], script.Received);
        Assert.True(script.CameAfter >= script.LaterBy, $"It came after {script.CameAfter}.");
    }

    [Fact]
    public async Task Stream_WhoseEveryActionIsToComeLater_EndsWithAllAccepted()
    {
        DoorScript script = new() { EachLater = true };

        ReplayTally tally = await SendAsync(script, rows: 500);

        Assert.Equal((500L, 0L), (tally.Accepted, tally.Refused));
        Assert.Equal(1000, script.Received.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Stream_ThatBreaksAnyTime_AcknowledgesEveryActionInOrder(int seed)
    {
        DoorScript script = new() { Whims = new Random(seed), Window = 64, Last = "2999" };

        ReplayTally tally = await SendAsync(script, rows: 3000);

        Assert.Equal((3000L, 0L), (tally.Accepted, tally.Refused));
        Assert.True(script.Streams.Count > 8, "The streams should have broken.");
        int acknowledged = 0;
        Dictionary<string, string> ids = [];
        foreach ((List<(string Venue, string ActionId)> actions, int told) in script.Streams)
        {
            // A stream begins with the first row that the client has not been told of, and leaves none out.
            int first = actions.Count == 0 ? acknowledged : int.Parse(actions[0].Venue);
            Assert.InRange(first, 0, acknowledged);
            Assert.Equal(Venues(first + actions.Count).Skip(first), actions.Select(action => action.Venue));
            Assert.All(actions, action => Assert.Equal(ids.TryAdd(action.Venue, action.ActionId)
                ? action.ActionId : ids[action.Venue], action.ActionId));
            acknowledged = Math.Max(acknowledged, first + told);
        }

        Assert.Equal(3000, acknowledged);
        Assert.Equal(3000, ids.Values.Distinct().Count());
    }

    [Fact]
    public async Task Stream_WhoseServerIsStartedAgain_GoesOnThere()
    {
        DoorScript script = new() { Last = "49999" };
        FakeDoor door = await FakeDoor.StartAsync(script);
        ReplayTally tally = new();
        Task sending = SendAsync(door, tally, rows: 50_000, giveUpAfter: Deadline);
        while (tally.Acknowledged < 1000)
        {
            Assert.False(sending.IsCompleted);
            await Task.Yield();
        }

        int port = door.Port;
        await door.StopAsync();
        int before = script.Streams.Count;
        await using FakeDoor again = await FakeDoor.StartAsync(script, port);
        await sending;
        await door.DisposeAsync();

        Assert.Equal(50_000, tally.Accepted);
        Assert.Equal(Venues(50_000), script.Received.Distinct());
        Assert.True(script.Streams.Count > before);
    }

    [Fact]
    public async Task Stream_ThatIsNeverAnswered_GivesUpAndSaysSo()
    {
        CliException failure = await Assert.ThrowsAsync<CliException>(
            () => SendAsync(new DoorScript { Mute = true }, rows: 100, TimeSpan.FromSeconds(1)));

        Assert.StartsWith("No action was acknowledged for 1 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_ToAServerThatIsAway_GivesUpAndSaysWhy()
    {
        FakeDoor door = await FakeDoor.StartAsync(new DoorScript());
        await door.StopAsync();

        CliException failure = await Assert.ThrowsAsync<CliException>(
            () => SendAsync(door, new ReplayTally(), rows: 100, TimeSpan.FromSeconds(1)));

        Assert.Contains("The connection failed", failure.Message, StringComparison.Ordinal);
        Assert.Contains("0 are: the same command sends the others", failure.Message, StringComparison.Ordinal);
        await door.DisposeAsync();
    }

    private static IEnumerable<string> Venues(int count) => Enumerable.Range(0, count).Select(row => $"{row}");

    private static async Task<ReplayTally> SendAsync(DoorScript script, int rows, TimeSpan? giveUpAfter = null)
    {
        await using FakeDoor door = await FakeDoor.StartAsync(script);
        ReplayTally tally = new();
        await SendAsync(door, tally, rows, giveUpAfter ?? Deadline);
        return tally;
    }

    private static async Task SendAsync(FakeDoor door, ReplayTally tally, int rows, TimeSpan giveUpAfter)
    {
        using CancellationTokenSource deadline = new(Deadline);
        Channel<PendingAction[]> queue = Channel.CreateBounded<PendingAction[]>(2);
        Task sending = new ActionStream(
            door.Client, new ActionMessage("game", "ab"), tally, queue.Reader, giveUpAfter).RunAsync(deadline.Token);
        foreach (int[] batch in Enumerable.Range(0, rows).Chunk(256))
        {
            ValueTask writing = queue.Writer.WriteAsync(
                [.. batch.Select(row => new PendingAction(row, new ReplayedPlayer("1", 0), $"{row}", 0, 40, -73))],
                deadline.Token);
            await Task.WhenAny(sending, writing.AsTask());
        }

        queue.Writer.Complete();
        await sending;
    }
}
