using Mesh.Bus.Tests.Broker;

namespace Mesh.Bus.Tests;

public sealed class UnreachableBrokerTests
{
    private static readonly TopicDefinition Topic = new("any", 1, BusCodec.Lz4, TimeSpan.FromDays(1));

    [Fact]
    public void Library_LoadedTwice_IsUsable()
    {
        KafkaLibrary.EnsureLoaded();
        KafkaLibrary.EnsureLoaded();

        Assert.StartsWith("2.", Confluent.Kafka.Library.VersionString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Setup_NobodyListens_SaysWhereItLooked()
    {
        BusOptions options = BusBench.Nobody(TimeSpan.FromMilliseconds(700));

        var error = await Assert.ThrowsAsync<BrokerUnreachableException>(
            () => TopicSetup.EnsureAsync(options, [Topic], BusBench.NoLog, CancellationToken.None));
        Assert.Contains(options.BootstrapServers, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GroupOffsets_NobodyListens_SaysSoOnce()
    {
        var log = new ListLogger();
        using var offsets = new GroupOffsets(BusBench.Nobody(TimeSpan.Zero), "group", log);
        for (int i = 0; i < 2; i++)
        {
            Assert.False(await Task.Run(() => offsets.Commit([new("any", 0, 1)])).WaitAsync(BusBench.Deadline));
            Assert.True(offsets.Failing);
        }

        (_, string text) = Assert.Single(log.Lines);
        Assert.Contains("group", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guard_NobodyListens_SaysThatTheLagIsUnknown()
    {
        var log = new ListLogger();
        using var guard = new RetentionGuard(
            new RetentionGuardOptions
            {
                Bus = BusBench.Nobody(TimeSpan.Zero),
                Topics = [new GuardedTopic(Topic, ["group"])],
                Interval = TimeSpan.FromMilliseconds(1),
            },
            log);
        await Assert.ThrowsAsync<LagUnknownException>(() => guard.CheckAsync(CancellationToken.None));
        using var stop = new CancellationTokenSource();
        Task running = guard.RunAsync(stop.Token);
        await stop.CancelAsync();
        await running.WaitAsync(BusBench.Deadline);
    }

    [Fact]
    public void Guard_OfSeveralTopics_LooksTenTimesWithinTheShortestRetention()
    {
        TopicDefinition shorter = Topic with { Retention = TimeSpan.FromSeconds(50) };
        Assert.Equal(TimeSpan.FromSeconds(5), IntervalOf(Topic, shorter));
        Assert.Equal(TimeSpan.FromSeconds(30), IntervalOf(Topic));
        Assert.Equal(TimeSpan.FromSeconds(30), IntervalOf(Topic, Topic with { Retention = null }));

        static TimeSpan IntervalOf(params TopicDefinition[] topics)
        {
            using var guard = new RetentionGuard(
                new RetentionGuardOptions
                {
                    Bus = BusBench.Nobody(TimeSpan.Zero),
                    Topics = [.. topics.Select(topic => new GuardedTopic(topic, ["group"]))],
                },
                BusBench.NoLog);
            return guard.Interval;
        }
    }

    [Fact]
    public async Task Setup_Cancelled_Ends()
    {
        using var cancel = new CancellationTokenSource();
        Task setup = TopicSetup.EnsureAsync(
            BusBench.Nobody(TimeSpan.FromHours(1)), [Topic], BusBench.NoLog, cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => setup.WaitAsync(BusBench.Deadline));
    }

    [Fact]
    public async Task Producer_QueueFullAndCancelled_ReportsTheRecordAsNotTaken()
    {
        using var producer = SmallProducer();
        ProduceTarget target = Filled(producer);
        using var cancel = new CancellationTokenSource();
        Task<bool> blocked = Task.Run(() => target.Produce(null, [1], null, cancel.Token));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blocked.WaitAsync(BusBench.Deadline));
    }

    [Fact]
    public async Task Producer_DisposedWhileItsQueueIsFull_ReleasesWhoeverWaits()
    {
        BusProducer producer = SmallProducer();
        ProduceTarget target = Filled(producer);
        Task<bool> blocked = Task.Run(() => target.Produce(null, [1], null));
        await Task.Run(producer.Dispose).WaitAsync(BusBench.Deadline);

        Assert.False(await blocked.WaitAsync(BusBench.Deadline));
        Assert.False(target.Produce(null, [1], null));
        Assert.False(producer.Flush(TimeSpan.Zero));
        Assert.Null(producer.FatalError);
    }

    [Fact]
    public async Task Reader_DisposedWithoutABroker_Ends()
    {
        var reader = new TopicReader(
            BusBench.Nobody(default),
            new TopicReaderOptions { Topic = "any", Starts = [new TopicStart(0, 0)] },
            _ => true,
            _ => { },
            BusBench.NoLog);

        await reader.DisposeAsync().AsTask().WaitAsync(BusBench.Deadline);
        Assert.Throws<ObjectDisposedException>(() => reader.Pause(0));
    }

    [Fact]
    public async Task CompactedTopic_DisposedBeforeItCaughtUp_IsCancelled()
    {
        CompactedTopic table = CompactedTopic.Start(BusBench.Nobody(default), "any", 1, _ => { }, BusBench.NoLog);
        await table.DisposeAsync().AsTask().WaitAsync(BusBench.Deadline);

        Assert.True(table.CaughtUp.IsCanceled);
    }

    private static BusProducer SmallProducer() => new(
        BusBench.Nobody(default), BusCodec.None, BusBench.NoLog, new ProducerLimits { QueueMaxMessages = 10 });

    private static ProduceTarget Filled(BusProducer producer)
    {
        ProduceTarget target = producer.Target("any", 0, _ => { }, _ => { });
        for (int i = 0; i < 10; i++)
        {
            Assert.True(target.Produce(null, [0], null));
        }

        return target;
    }
}
