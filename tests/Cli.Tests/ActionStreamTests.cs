using System.Threading.Channels;
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

    private static IEnumerable<string> Venues(int count) => Enumerable.Range(0, count).Select(row => $"{row}");

    private static async Task<ReplayTally> SendAsync(DoorScript script, int rows)
    {
        await using FakeDoor door = await FakeDoor.StartAsync(script);
        using CancellationTokenSource deadline = new(Deadline);
        ReplayTally tally = new();
        Channel<PendingAction[]> queue = Channel.CreateBounded<PendingAction[]>(2);
        Task sending = new ActionStream(door.Client, new ActionMessage("game", "ab"), tally, queue.Reader)
            .RunAsync(deadline.Token);
        foreach (int[] batch in Enumerable.Range(0, rows).Chunk(256))
        {
            await queue.Writer.WriteAsync(
                [.. batch.Select(row => new PendingAction(row, new ReplayedPlayer("1", 0), $"{row}", 0, 40, -73))],
                deadline.Token);
        }

        queue.Writer.Complete();
        await sending;
        return tally;
    }
}
