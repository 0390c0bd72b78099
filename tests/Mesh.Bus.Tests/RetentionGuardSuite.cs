using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Mesh.Bus.Tests.Broker;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus.Tests;

/// <summary>What <see cref="RetentionGuard"/> keeps, at any broker.</summary>
public abstract class RetentionGuardSuite(IAgingBroker broker)
{
    private const int Records = 10;
    private const int Read = 4;

    [BrokerFact]
    public async Task Guard_GroupStopsForLongerThanTheRetention_KeepsWhatIsLostWithoutIt()
    {
        string group = BusBench.NewName();
        TopicDefinition guarded = await TopicAsync(group);
        TopicDefinition unguarded = await TopicAsync(group);

        // As old as can be now, however long it took to write them.
        broker.Begin();
        var log = new ListLogger();
        await using (Running(guarded, group, log))
        {
            // 1. Past half of the retention the guard extends it. 2. Past all of it, what is not guarded is deleted;
            // what is guarded is there, for longer than the deletion took.
            broker.Pass(broker.Retention * 0.6);
            await UntilAsync(async () => await RetentionAsync(guarded) > broker.Retention);
            broker.Pass(broker.Retention);
            await UntilAsync(async () => (await LagAsync(unguarded, group)).Start == Records);
            Assert.Equal(Records - Read, (await LagAsync(unguarded, group)).Lost);
            PartitionLag kept = await LagAsync(guarded, group);
            Assert.Equal((0L, Records - Read, 0L), (kept.Start, kept.Records, kept.Lost));
            Assert.True(kept.Age >= broker.Retention, $"{kept.Age}");
            await UntilAsync(() => Task.FromResult(MeasuredSeconds(group) >= broker.Retention.TotalSeconds));
        }

        Assert.Contains(log.Lines, line => line.Level == LogLevel.Warning
            && line.Text.Contains(group, StringComparison.Ordinal)
            && line.Text.Contains(guarded.Name, StringComparison.Ordinal));

        // 3. The group reads all of it. 4. A guard that knows nothing of the first one takes the retention back.
        await DrainAsync(guarded, group);
        await using (Running(guarded, group, log))
        {
            await UntilAsync(async () => await RetentionAsync(guarded) == broker.Retention);
        }

        Assert.Equal("lz4", (await SettingsAsync(guarded))["compression.type"].Value);
        await UntilAsync(async () => (await LagAsync(guarded, group)).Start == Records);
    }

    [BrokerFact]
    public async Task Guard_RetentionThatAnOperatorMadeLonger_IsLeftAlone()
    {
        string group = BusBench.NewName();
        TopicDefinition topic = await TopicAsync(group);
        await SetAsync(topic, broker.Retention * 5);
        await DrainAsync(topic, group);
        using RetentionGuard guard = New(topic, group, BusBench.NoLog);
        await guard.CheckAsync(CancellationToken.None);
        Assert.Equal(broker.Retention * 5, await RetentionAsync(topic));
    }

    [BrokerFact]
    public async Task Guard_RetentionForEver_IsLeftAlone()
    {
        string group = BusBench.NewName();
        TopicDefinition topic = await TopicAsync(group);
        await SetAsync(topic, TimeSpan.FromMilliseconds(-1));
        using RetentionGuard guard = New(topic, group, BusBench.NoLog);
        await guard.CheckAsync(CancellationToken.None);
        Assert.Equal(TimeSpan.FromMilliseconds(-1), await RetentionAsync(topic));
    }

    private async Task<TopicDefinition> TopicAsync(string group)
    {
        broker.Begin();
        var topic = new TopicDefinition(BusBench.NewName(), 1, BusCodec.Lz4, broker.Retention);
        await TopicSetup.EnsureAsync(broker.Options(), [topic], BusBench.NoLog, CancellationToken.None);
        broker.Fill(topic.Name, 0, Records);
        Commit(topic, group, Read);
        return topic;
    }

    private void Commit(TopicDefinition topic, string group, long next)
    {
        using var offsets = new GroupOffsets(broker.Options(), group, BusBench.NoLog);
        Assert.True(offsets.Commit([new(topic.Name, 0, next)]));
    }

    private async Task DrainAsync(TopicDefinition topic, string group)
    {
        var received = new Received();
        await using var reader = new TopicReader(
            broker.Options(),
            new TopicReaderOptions { Topic = topic.Name, Starts = [new TopicStart(0, Read)] },
            received.Add,
            received.Fail,
            BusBench.NoLog);
        Assert.Equal(
            Enumerable.Range(Read, Records - Read),
            (await received.CountAsync(Records - Read)).Select(r => BitConverter.ToInt32(r.Value)));
        Commit(topic, group, Records);
    }

    private RetentionGuard New(TopicDefinition topic, string group, ILogger log) => new(
        new RetentionGuardOptions
        {
            Bus = broker.Options(),
            Topics = [new GuardedTopic(topic, [group])],
            Interval = TimeSpan.FromMilliseconds(100),
            Clock = broker.Clock,
        },
        log);

    private RunningGuard Running(TopicDefinition topic, string group, ILogger log) => new(New(topic, group, log));

    private async Task<PartitionLag> LagAsync(TopicDefinition topic, string group)
    {
        using var reader = new LagReader(broker.Options(), group, [topic], broker.Clock);
        return Assert.Single(await reader.ReadAsync(CancellationToken.None));
    }

    private async Task<TimeSpan> RetentionAsync(TopicDefinition topic) =>
        TimeSpan.FromMilliseconds(long.Parse((await SettingsAsync(topic))["retention.ms"].Value));

    private async Task<Dictionary<string, ConfigEntryResult>> SettingsAsync(TopicDefinition topic)
    {
        using IAdminClient admin = broker.Admin();
        return (await admin.DescribeConfigsAsync([Resource(topic)]))[0].Entries;
    }

    private async Task SetAsync(TopicDefinition topic, TimeSpan retention)
    {
        using IAdminClient admin = broker.Admin();
        await admin.AlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [Resource(topic)] = [new() { Name = "retention.ms", Value = $"{(long)retention.TotalMilliseconds}" }],
        });
        await UntilAsync(async () => await RetentionAsync(topic) == retention);
    }

    // The age that the guard's gauge says.
    private static double MeasuredSeconds(string group)
    {
        double seconds = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument is { Meter.Name: "Mesh.Bus", Name: "mesh.lag.seconds" })
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
            seconds = tags.ToArray().Contains(new("group", group)) ? value : seconds);
        listener.Start();
        listener.RecordObservableInstruments();
        return seconds;
    }

    private static ConfigResource Resource(TopicDefinition topic) =>
        new() { Type = ResourceType.Topic, Name = topic.Name };

    private static async Task UntilAsync(Func<Task<bool>> met)
    {
        using var deadline = new CancellationTokenSource(BusBench.Deadline);
        while (!await met())
        {
            await Task.Delay(50, deadline.Token);
        }
    }

    private sealed class RunningGuard : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly RetentionGuard _guard;
        private readonly Task _running;

        public RunningGuard(RetentionGuard guard)
        {
            _guard = guard;
            _running = guard.RunAsync(_stop.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _guard.Dispose();
            _stop.Dispose();
        }
    }
}
