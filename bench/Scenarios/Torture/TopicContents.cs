using Confluent.Kafka;
using Mesh.Bus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>Reads a topic's partition from its start to where it ended when asked.</summary>
/// <param name="broker"><c>host:port</c>.</param>
internal sealed class TopicContents(string broker)
{
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReadLimit = TimeSpan.FromMinutes(5);

    /// <summary>Hands every record over, in order.</summary>
    /// <exception cref="BenchException">The partition does not begin at offset 0, or was not read in time.</exception>
    internal async Task ReadAsync(
        string topic, int partition, bool withOrigins, Action<FetchedRecord> take, CancellationToken cancellation)
    {
        long end = await Task.Run(() => EndOf(topic, partition), cancellation);
        if (end == 0)
        {
            return;
        }

        TaskCompletionSource read = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TopicReaderOptions reading = new()
        {
            Topic = topic,
            Starts = [new TopicStart(partition, 0)],
            WithOrigins = withOrigins,
        };
        await using TopicReader reader = new(
            new BusOptions { BootstrapServers = broker, ClientId = "bench-torture" },
            reading,
            batch =>
            {
                foreach (FetchedRecord record in batch.Records)
                {
                    if (record.Offset < end)
                    {
                        take(record);
                    }

                    if (record.Offset >= end - 1)
                    {
                        read.TrySetResult();
                        return false;
                    }
                }

                return true;
            },
            failure => read.TrySetException(failure),
            NullLogger.Instance);
        try
        {
            await read.Task.WaitAsync(ReadLimit, cancellation);
        }
        catch (TimeoutException)
        {
            throw new BenchException($"{topic}/{partition} was not read to {end} within {ReadLimit}.");
        }
    }

    private long EndOf(string topic, int partition)
    {
        KafkaLibrary.EnsureLoaded();
        using IConsumer<Ignore, Ignore> consumer = new ConsumerBuilder<Ignore, Ignore>(
                new ConsumerConfig { BootstrapServers = broker, GroupId = "bench-torture", EnableAutoCommit = false })
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
        WatermarkOffsets marks = consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition), MetadataTimeout);
        return marks.Low.Value <= 0
            ? marks.High.Value
            : throw new BenchException($"{topic}/{partition} begins at {marks.Low.Value}: it has forgotten records.");
    }
}
