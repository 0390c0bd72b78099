using System.Diagnostics;
using Confluent.Kafka;
using Mesh.Bus.Client;

namespace Mesh.Bus;

/// <summary>
/// Tells how far a group is behind, in records and in time: the age of the first record that it has not read. Asks the
/// brokers alone, so that it tells of groups that are dead as well. One reading at a time.
/// </summary>
public sealed class LagReader : IDisposable
{
    private readonly string _group;
    private readonly TimeProvider _clock;
    private readonly TopicPartition[] _partitions;
    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly Dictionary<TopicPartition, (long Offset, DateTimeOffset Written)> _known = [];

    /// <summary>Makes a reader. No broker needs to be there yet.</summary>
    /// <param name="options">The brokers.</param>
    /// <param name="group">The group.</param>
    /// <param name="topics">What it reads.</param>
    /// <param name="clock">What ages are measured by; producers stamp the records.</param>
    /// <exception cref="KafkaLibraryMissingException">The native client is not installed.</exception>
    public LagReader(
        BusOptions options, string group, IReadOnlyList<TopicDefinition> topics, TimeProvider? clock = null)
    {
        (_group, _clock) = (group, clock ?? TimeProvider.System);
        _partitions =
            [.. topics.SelectMany(t => Enumerable.Range(0, t.Partitions).Select(n => new TopicPartition(t.Name, n)))];
        _consumer = GroupClient.Create(options, group);
    }

    /// <summary>Reads the lag of every partition.</summary>
    /// <exception cref="LagUnknownException">
    /// The brokers do not answer within <see cref="Limits.LagPatience"/> a question, or not all topics are there.
    /// </exception>
    public Task<IReadOnlyList<PartitionLag>> ReadAsync(CancellationToken cancellation) => OwnThread.RunAsync(
        () =>
        {
            try
            {
                return Read(cancellation);
            }
            catch (KafkaException e)
            {
                throw new LagUnknownException(_group, $"{e.Error.Code}: {e.Error.Reason}.", e);
            }
        },
        cancellation);

    /// <inheritdoc />
    public void Dispose() => _consumer.Dispose();

    private IReadOnlyList<PartitionLag> Read(CancellationToken cancellation)
    {
        // What the client has to say would pile up unheard.
        _consumer.Consume(TimeSpan.Zero);

        // In this order: a group that reads meanwhile seems further behind than it is, and never ahead of the log.
        Dictionary<TopicPartition, Offset> committed = _consumer.Committed(_partitions, Limits.LagPatience)
            .ToDictionary(o => o.TopicPartition, o => o.Offset);
        cancellation.ThrowIfCancellationRequested();
        Dictionary<TopicPartition, long> starts = Ask(Offset.Beginning);
        Dictionary<TopicPartition, long> ends = Ask(Offset.End);
        PartitionLag[] lags = [.. _partitions.Select(p => new PartitionLag(
            _group,
            p.Topic,
            p.Partition.Value,
            committed[p] is { IsSpecial: false } offset ? offset.Value : null,
            starts[p],
            ends[p],
            TimeSpan.Zero))];
        Date([.. lags.Where(lag => lag.Records > 0)], cancellation);
        DateTimeOffset now = _clock.GetUtcNow();
        return [.. lags.Select(lag => lag with { Age = lag.Records > 0 ? AgeOf(lag, now) : TimeSpan.Zero })];
    }

    // The protocol has one question for beginnings, ends and times.
    private Dictionary<TopicPartition, long> Ask(Offset place) => _consumer
        .OffsetsForTimes(
            _partitions.Select(
                p => new TopicPartitionTimestamp(p, new Timestamp(place.Value, TimestampType.CreateTime))),
            Limits.LagPatience)
        .ToDictionary(o => o.TopicPartition, o => o.Offset.Value);

    private TimeSpan AgeOf(PartitionLag lag, DateTimeOffset now)
    {
        // Records that cannot be read, such as a transaction's marks, have no age.
        TimeSpan age = _known.TryGetValue(PlaceOf(lag), out (long Offset, DateTimeOffset Written) first)
            ? now - first.Written
            : TimeSpan.Zero;
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    // Reads the first record of each partition whose first unread record is not the one that is known already.
    private void Date(IReadOnlyList<PartitionLag> behind, CancellationToken cancellation)
    {
        Dictionary<TopicPartition, long> wanted = behind
            .Where(lag => !_known.TryGetValue(PlaceOf(lag), out var known) || known.Offset != lag.Next)
            .ToDictionary(PlaceOf, lag => lag.Next);
        _consumer.IncrementalAssign(wanted.Select(w => new TopicPartitionOffset(w.Key, w.Value)));
        try
        {
            long asked = Stopwatch.GetTimestamp();
            while (wanted.Count > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                TimeSpan left = Limits.LagPatience - Stopwatch.GetElapsedTime(asked);
                if (left <= TimeSpan.Zero)
                {
                    throw new LagUnknownException(
                        _group, $"{wanted.Count} partitions did not give their first unread record.");
                }

                if (_consumer.Consume(left) is { } result && wanted.Remove(result.TopicPartition, out long next))
                {
                    Take(result, next);
                    _consumer.IncrementalUnassign([result.TopicPartition]);
                }
            }
        }
        finally
        {
            _consumer.IncrementalUnassign(wanted.Keys);
        }
    }

    private void Take(ConsumeResult<Ignore, Ignore> result, long next)
    {
        if (result.IsPartitionEOF)
        {
            _known.Remove(result.TopicPartition);
        }
        else
        {
            _known[result.TopicPartition] =
                (next, DateTimeOffset.FromUnixTimeMilliseconds(result.Message.Timestamp.UnixTimestampMs));
        }
    }

    private static TopicPartition PlaceOf(PartitionLag lag) => new(lag.Topic, lag.Partition);
}
