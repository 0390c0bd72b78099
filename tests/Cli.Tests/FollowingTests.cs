using Google.Protobuf;
using Mesh.Cli.Following;
using Mesh.Cli.Replay;
using Mesh.Cli.Top;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.Contracts.Types.V1;

namespace Cli.Tests;

public sealed class FollowingTests
{
    [Fact]
    public void Positions_SeveralTokens_KeepTheFurthestOfEachPartition()
    {
        Positions positions = new();

        positions.Take(TokenOf(("a", 0, 5), ("a", 1, 9)));
        positions.Take(TokenOf(("a", 0, 7), ("a", 1, 3)));
        positions.Take(ByteString.Empty);

        Assert.Equal(7ul, positions.Next[new TopicPlace("a", 0)]);
        Assert.Equal(9ul, positions.Next[new TopicPlace("a", 1)]);
    }

    [Fact]
    public void Hop_InputsReachedAndRelayed_TellsTheNextGoals()
    {
        Hop hop = new("Quests", Positions.Of(("actions", 3, 10)), "transitions");

        hop.Take(Progress(partition: 3, input: 9, head: 40, relayed: 40, target: 12));
        Assert.False(hop.Done);

        // The head is the one of the answer in which the inputs are there, not a later one.
        hop.Take(Progress(partition: 3, input: 10, head: 42, relayed: 41, target: 13));
        Assert.False(hop.Done);
        Assert.Empty(hop.Behind());

        hop.Take(Progress(partition: 3, input: 11, head: 50, relayed: 42, target: 14));
        Assert.True(hop.Done);
        Assert.Equal(14ul, hop.NextGoals.Next[new TopicPlace("transitions", 3)]);
    }

    [Fact]
    public void Hop_AnswersOfDifferentInstances_AreAddedUp()
    {
        Hop hop = new("Rewards", Positions.Of(("actions", 0, 5), ("actions", 1, 5)), nextTopic: null);

        hop.Take(Progress(partition: 0, input: 5, head: 1, relayed: 0, target: 0));
        Assert.Equal([new TopicPlace("actions", 1)], hop.Behind());
        hop.Take(Progress(partition: 1, input: 6, head: 1, relayed: 0, target: 0));

        Assert.True(hop.Done);
    }

    [Fact]
    public void Hop_AServiceThatTellsOfNothing_IsNotDone()
    {
        Hop hop = new("Sessions", Positions.Of(("actions", 0, 5)), nextTopic: null);

        hop.Take(new ProgressResponse());

        Assert.False(hop.Done);
        Assert.Contains("actions/0", hop.Waiting(), StringComparison.Ordinal);
    }

    [Fact]
    public void Hop_NothingToWaitFor_IsDone() => Assert.True(new Hop("Rewards", new Positions(), "issued").Done);

    [Fact]
    public void Window_AcknowledgedAndRefused_KnowsWhatIsUnderWay()
    {
        SendWindow<string> window = new(initial: 2);
        Assert.Equal(1ul, window.Add("a"));
        Assert.Equal(2ul, window.Add("b"));
        Assert.Equal(0ul, window.Room);

        Assert.True(window.TryGet(2, out string? second));
        Assert.Equal(1, window.Acknowledge(through: 1, window: 3));

        Assert.Equal("b", second);
        Assert.Equal(2ul, window.Room);
        Assert.False(window.TryGet(1, out _));
        Assert.Equal(3ul, window.Add("c"));
        Assert.Equal(2, window.Acknowledge(through: 3, window: 0));
        Assert.Equal(1ul, window.Room);
    }

    [Fact]
    public void Window_ANewStream_SendsAgainInOrderFromOne()
    {
        SendWindow<int> window = new(initial: 5000);
        for (int i = 1; i <= 3000; i++)
        {
            Assert.Equal((ulong)i, window.Add(i));
            if (i == 1000)
            {
                window.Acknowledge(700, 5000);
            }
        }

        Assert.Equal(Enumerable.Range(701, 2300), window.Restart());
        Assert.Equal(0, window.Unacknowledged);
        Assert.Equal(1ul, window.Add(1));
    }

    [Fact]
    public void Board_SnapshotChangesAndThoseWhoLeft_IsTheTop()
    {
        WatchedBoard board = new();
        Assert.True(board.Take(
            new WatchResponse { Snapshot = { EntryOf("p/1", 1, 30), EntryOf("p/2", 2, 20) } }, first: true));
        Assert.False(board.Take(new WatchResponse(), first: false));
        Assert.True(board.Take(
            new WatchResponse { Changed = { EntryOf("p/3", 1, 40), EntryOf("p/1", 2, 30) }, Left = { "p/2" } },
            first: false));

        Assert.Equal(["3", "1"], board.Rows.Select(row => row.Player));
        Assert.Equal("1970-01-01T00:00:01.5Z", board.Rows[0].ReachedAt);
    }

    private static Entry EntryOf(string subject, ulong rank, long score) => new()
    {
        Subject = subject, Rank = rank, Score = score, ReachedAt = new() { Seconds = 1, Nanos = 500_000_000 },
    };

    private static ByteString TokenOf(params (string Topic, uint Partition, ulong Next)[] places) => new Token
    {
        Reached =
        {
            places.Select(p => new TopicPosition { Topic = p.Topic, Partition = p.Partition, NextOffset = p.Next }),
        },
    }.ToByteString();

    private static ProgressResponse Progress(
        uint partition, ulong input, ulong head, ulong relayed, ulong target) => new()
    {
        Partitions =
        {
            new PartitionProgress
            {
                Partition = partition,
                Inputs = { new TopicPosition { Topic = "actions", Partition = partition, NextOffset = input } },
                Head = head,
                Relayed = relayed,
                Targets = { new RelayProgress { Topic = "transitions", Partition = partition, NextOffset = target } },
            },
        },
    };
}
