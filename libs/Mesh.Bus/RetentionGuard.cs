using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Mesh.Bus.Client;
using Mesh.Bus.Setup;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus;

/// <summary>A topic whose records must not be deleted before these groups have read them.</summary>
/// <param name="Topic">The topic, which is not compacted.</param>
/// <param name="Groups">Who reads it.</param>
public sealed record GuardedTopic(TopicDefinition Topic, IReadOnlyList<string> Groups);

/// <summary>What a <see cref="RetentionGuard"/> guards.</summary>
public sealed record RetentionGuardOptions
{
    /// <summary>The brokers.</summary>
    public required BusOptions Bus { get; init; }

    /// <summary>The topics; those without groups or without a retention are left alone.</summary>
    public required IReadOnlyList<GuardedTopic> Topics { get; init; }

    /// <summary>
    /// How often it looks; null: <see cref="Limits.GuardLooks"/> times within the shortest retention, and at least
    /// every <see cref="Limits.GuardInterval"/>.
    /// </summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>What ages are measured by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>
/// Keeps retention by time from deleting what a group has not read. When a group's oldest unread record of a topic is
/// older than half of the topic's retention, it raises the alarm and extends <c>retention.ms</c>, again and again while
/// the lag grows; when no group is far behind any more, the definition's value is set again. It runs where a topic is
/// written, so that it works while readers are dead. Several may guard one topic. It measures what it sees: meter
/// <c>Mesh.Bus</c>.
/// </summary>
/// <remarks>
/// A group that has committed nothing for a partition has read nothing of it: what it does not read is kept, until it
/// is no longer named as a reader. A retention that somebody else has made longer is left alone: the guard's own values
/// are a whole number of seconds and one millisecond, so that it knows them after a restart as well.
/// </remarks>
public sealed class RetentionGuard : IDisposable
{
    // Drained: nothing unread is older than this part of the defined retention. Under load there is always something.
    private const int DrainedPart = 10;

    private readonly RetentionGuardOptions _options;
    private readonly GuardedTopic[] _topics;
    private readonly LagReader[] _readers;
    private readonly TopicRetention _retention;
    private readonly ILogger _logger;
    private readonly Meter _meter = new("Mesh.Bus");
    private readonly Counter<long> _alarms;
    private volatile IReadOnlyList<PartitionLag> _seen = [];
    private bool _failing;

    /// <summary>Makes a guard. No broker needs to be there yet.</summary>
    /// <exception cref="KafkaLibraryMissingException">The native client is not installed.</exception>
    public RetentionGuard(RetentionGuardOptions options, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        _topics = [.. options.Topics.Where(t => t.Topic.Retention is not null && t.Groups.Count > 0)];
        _readers =
        [
            .. _topics.SelectMany(t => t.Groups).Distinct().Select(group => new LagReader(
                options.Bus,
                group,
                [.. _topics.Where(t => t.Groups.Contains(group)).Select(t => t.Topic)],
                options.Clock)),
        ];
        _retention = new TopicRetention(options.Bus);
        _alarms = _meter.CreateCounter<long>(
            "mesh.retention.alarms", description: "Retentions extended, because a group was far behind.");
        _meter.CreateObservableGauge(
            "mesh.lag.records", () => Measure(lag => lag.Records), description: "Records that a group has not read.");
        _meter.CreateObservableGauge(
            "mesh.lag.seconds",
            () => Measure(lag => lag.Age.TotalSeconds),
            unit: "s",
            description: "Age of the first record that a group has not read.");
    }

    /// <summary>How often it looks.</summary>
    public TimeSpan Interval => _options.Interval ?? _topics
        .Select(t => t.Topic.Retention!.Value / Limits.GuardLooks)
        .Append(Limits.GuardInterval)
        .Min();

    /// <summary>
    /// Guards until it is cancelled. The first look comes after an interval: topics are made meanwhile. What fails is
    /// logged, and tried again.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (_topics.Length == 0)
        {
            return;
        }

        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(Interval, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await CheckAsync(cancellation);
                _failing = false;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
            }
#pragma warning disable CA1031 // Whatever went wrong, the next look may succeed; a guard is no reason to stop.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (!_failing)
                {
                    BusMessages.GuardFailed(_logger, e.Message);
                }

                _failing = true;
            }
        }
    }

    /// <summary>Looks once, and does what follows.</summary>
    /// <exception cref="LagUnknownException">The lag of a group cannot be read now.</exception>
    /// <exception cref="KafkaException">The brokers refuse to say or to change a retention.</exception>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        IReadOnlyList<PartitionLag>[] lags =
            await Task.WhenAll(_readers.Select(reader => reader.ReadAsync(cancellation)));
        PartitionLag[] now = [.. lags.SelectMany(lag => lag)];
        Report(now);
        foreach (GuardedTopic guarded in _topics)
        {
            PartitionLag oldest = now.Where(lag => lag.Topic == guarded.Topic.Name).MaxBy(lag => lag.Age)!;
            await GuardAsync(guarded.Topic, oldest, cancellation);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _meter.Dispose();
        _retention.Dispose();
        foreach (LagReader reader in _readers)
        {
            reader.Dispose();
        }
    }

    private async Task GuardAsync(TopicDefinition topic, PartitionLag oldest, CancellationToken cancellation)
    {
        long defined = (long)topic.Retention!.Value.TotalMilliseconds;
        long age = (long)oldest.Age.TotalMilliseconds;
        if (await _retention.ReadAsync(topic.Name, cancellation) is not { } kept)
        {
            return;
        }

        if (age > kept / 2)
        {
            long extended = TopicRetention.Extended(Math.Max(kept * 2, age * 4));
            await _retention.SetAsync(topic.Name, extended, cancellation);
            _alarms.Add(1, new("group", oldest.Group), new("topic", topic.Name));
            BusMessages.RetentionExtended(_logger, oldest.Group, topic.Name, age / 1000, kept, extended);
        }
        else if (TopicRetention.IsExtended(kept) && kept > defined && age < defined / DrainedPart)
        {
            await _retention.SetAsync(topic.Name, defined, cancellation);
            BusMessages.RetentionTakenBack(_logger, topic.Name, kept, defined);
        }
    }

    private void Report(PartitionLag[] now)
    {
        Dictionary<(string, string, int), long> before =
            _seen.ToDictionary(lag => (lag.Group, lag.Topic, lag.Partition), lag => lag.Lost);
        foreach (PartitionLag lag in now.Where(
            lag => lag.Lost > before.GetValueOrDefault((lag.Group, lag.Topic, lag.Partition))))
        {
            BusMessages.RecordsLost(_logger, lag.Group, lag.Topic, lag.Partition, lag.Lost);
        }

        _seen = now;
    }

    private IEnumerable<Measurement<T>> Measure<T>(Func<PartitionLag, T> value)
        where T : struct => _seen.Select(lag => new Measurement<T>(
            value(lag), new("group", lag.Group), new("topic", lag.Topic), new("partition", lag.Partition)));
}
