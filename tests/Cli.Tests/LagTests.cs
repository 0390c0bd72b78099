using Mesh.Broker;
using Mesh.Bus;
using Mesh.Cli.Commands;
using Mesh.Cli.Lag;
using Mesh.Contracts;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace Mesh.Cli.Tests;

public sealed class LagTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-cli-").FullName;
    private BrokerServer _broker = null!;

    public async Task InitializeAsync() => _broker = await BrokerServer.StartAsync(
        new BrokerOptions { DataDirectory = _folder }, NullLoggerFactory.Instance);

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Lag_OfAllGroups_HasARowForEachGroupAndTopic()
    {
        BusOptions bus = new() { BootstrapServers = _broker.BootstrapServers, ClientId = "cli-tests" };
        await TopicSetup.EnsureAsync(
            bus, [.. TopicCatalog.All.Select(topic => topic.Definition)], NullLogger.Instance, CancellationToken.None);
        using (BusProducer producer = new(bus, BusCodec.Lz4, NullLogger.Instance))
        {
            for (int partition = 3; partition < 5; partition++)
            {
                using ProduceTarget target =
                    producer.Target(TopicCatalog.ActionsP2.Name, partition, _ => { }, _ => { });
                Assert.True(target.Produce(null, [1], null));
                Assert.True(target.Produce(null, [2], null));
                Assert.True(producer.Flush(TimeSpan.FromMinutes(1)));
            }
        }

        using (GroupOffsets sessions = new(bus, ServiceNames.Sessions, NullLogger.Instance))
        {
            Assert.True(sessions.Commit([new(TopicCatalog.ActionsP2.Name, 3, 1)]));
        }

        IReadOnlyList<PartitionLag> lags = await LagCommand.ReadAsync(
            bus.BootstrapServers, LagCommand.GroupsOf(null), CancellationToken.None);
        LagRow[] sums = [.. LagRow.Sums(lags)];
        Assert.Equal(
            ["quests p0", "quests p1", "quests p2", "sessions p0", "sessions p1", "sessions p2", "rewards ",
                "leaderboard "],
            sums.Select(row => $"{row.Group} {row.Lane}"));
        LagRow quests = sums[2];
        Assert.Equal((null, null, 4L, 4L), (quests.Partition, quests.Committed, quests.End, quests.LagRecords));
        Assert.Equal((1L, 3L), (sums[5].Committed, sums[5].LagRecords));
        Assert.Equal((0L, 0.0), (sums[0].LagRecords, sums[0].LagSeconds));
        LagRow one = LagRow.Of(lags.Single(lag => (lag.Group, lag.Partition, lag.Committed) is ("sessions", 3, 1)));
        Assert.Equal(("p2", 3, 2L, 1L), (one.Lane, one.Partition, one.End, one.LagRecords));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Table_InANarrowTerminalOrAFile_KeepsEachRowOnALine(bool redirected)
    {
        StringWriter written = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(written) });
        console.Profile.Width = 40;
        LagRow row = new("leaderboard", "reward.v1.issued", "p0", 11, 1_234_567, 2_345_678, 1_111_111, 12.3, 4_567);
        Output.Write(LagCommand.TableOf([row]), console, redirected);

        string line = Assert.Single(
            written.ToString().Split('\n'), line => line.Contains("leaderboard", StringComparison.Ordinal));
        Assert.All(
            ["reward.v1.issued", "p0", "11", "1,234,567", "2,345,678", "1,111,111", "12.3", "4,567"],
            cell => Assert.Contains($" {cell} ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lag_NoTopics_SaysWhatToDo()
    {
        CliException error = await Assert.ThrowsAsync<CliException>(() => LagCommand.ReadAsync(
            _broker.BootstrapServers, [ServiceNames.Rewards], CancellationToken.None));
        Assert.Contains("rewards", error.Message, StringComparison.Ordinal);
        Assert.Contains("AppHost", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Group_Unknown_IsNamedWithTheKnownOnes()
    {
        CliException error = Assert.Throws<CliException>(() => LagCommand.GroupsOf("nobody"));
        Assert.Contains("--group", error.Message, StringComparison.Ordinal);
        Assert.Contains("nobody", error.Message, StringComparison.Ordinal);
        Assert.Contains("leaderboard", error.Message, StringComparison.Ordinal);
        Assert.Equal(["rewards"], LagCommand.GroupsOf("rewards"));
    }
}
