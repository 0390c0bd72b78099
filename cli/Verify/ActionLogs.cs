using Confluent.Kafka;
using Google.Protobuf;
using Mesh.Bus;
using Mesh.Cli.Connection;
using Mesh.Cli.Following;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Cli.Verify;

/// <summary>The action topics, read from their start to where they ended when asked: each game's actions.</summary>
internal sealed class ActionLogs
{
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ActionLedger> _games = new(StringComparer.Ordinal);
    private readonly HashSet<int> _late = [];

    /// <summary>Partitions of which one of the topics no longer begins at offset 0.</summary>
    internal IReadOnlySet<int> Late => _late;

    /// <summary>Where the topics ended.</summary>
    internal Positions Ends { get; } = new();

    /// <summary>A game's actions.</summary>
    internal ActionLedger Of(string game) =>
        _games.TryGetValue(game, out ActionLedger? ledger) ? ledger : _games[game] = new ActionLedger();

    /// <exception cref="CliException">The broker cannot be reached, or a topic cannot be read.</exception>
    internal static async Task<ActionLogs> ReadAsync(string broker, CancellationToken cancellation)
    {
        try
        {
            ActionLogs logs = new();
            List<(string Topic, TopicStart Start, long End)> parts =
                await Task.Run(() => logs.FindEnds(broker), cancellation);
            BusOptions bus = new() { BootstrapServers = broker, ClientId = "mesh-verify" };
            await Task.WhenAll(parts.GroupBy(part => part.Topic).Select(topic => logs.ReadTopicAsync(
                bus, topic.Key, [.. topic.Select(part => (part.Start, part.End))], cancellation)));
            return logs;
        }
        catch (KafkaException failure)
        {
            throw new CliException(
                $"The broker at {broker} does not answer ({failure.Error.Reason}). "
                + "Start the mesh: dotnet run --project AppHost");
        }
        catch (Exception failure) when (failure is KafkaLibraryMissingException or TopicReadException
            or OffsetOutsideLogException)
        {
            throw new CliException(failure.Message);
        }
    }

    private List<(string Topic, TopicStart Start, long End)> FindEnds(string broker)
    {
        KafkaLibrary.EnsureLoaded();
        using IConsumer<Ignore, Ignore> consumer = new ConsumerBuilder<Ignore, Ignore>(
                new ConsumerConfig { BootstrapServers = broker, GroupId = "mesh-verify", EnableAutoCommit = false })
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
        List<(string, TopicStart, long)> parts = [];
        foreach (string topic in TopicCatalog.Actions.Select(topic => topic.Name))
        {
            for (int partition = 0; partition < Placement.Partitions; partition++)
            {
                WatermarkOffsets marks =
                    consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition), MetadataTimeout);
                if (marks.Low.Value > 0)
                {
                    _late.Add(partition);
                }

                if (marks.High.Value > 0)
                {
                    Ends.Take(new TopicPlace(topic, (uint)partition), (ulong)marks.High.Value);
                }

                if (marks.High.Value > marks.Low.Value)
                {
                    parts.Add((topic, new TopicStart(partition, marks.Low.Value), marks.High.Value));
                }
            }
        }

        return parts;
    }

    private async Task ReadTopicAsync(
        BusOptions bus, string topic, IReadOnlyList<(TopicStart Start, long End)> parts, CancellationToken cancellation)
    {
        TaskCompletionSource read = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Dictionary<int, long> ends = parts.ToDictionary(part => part.Start.Partition, part => part.End);
        TopicReaderOptions reading = new() { Topic = topic, Starts = [.. parts.Select(part => part.Start)] };
        await using TopicReader reader = new(
            bus,
            reading,
            batch => Deliver(batch, ends, read),
            failure => read.TrySetException(failure),
            NullLogger.Instance);
        await read.Task.WaitAsync(cancellation);
    }

    // True as long as there is more to read.
    private bool Deliver(FetchedBatch batch, Dictionary<int, long> ends, TaskCompletionSource read)
    {
        lock (_gate)
        {
            foreach (FetchedRecord record in batch.Records)
            {
                if (!ends.TryGetValue(record.Partition, out long end))
                {
                    continue;
                }

                if (record.Offset < end)
                {
                    Take(batch.Topic, record);
                }

                if (record.Offset >= end - 1)
                {
                    ends.Remove(record.Partition);
                }
            }
        }

        if (ends.Count > 0)
        {
            return true;
        }

        read.TrySetResult();
        return false;
    }

    private void Take(string topic, FetchedRecord record)
    {
        try
        {
            ActionAccepted action = ActionAccepted.Parser.ParseFrom(record.Value);
            if (action.Tenant == GatewayConnection.Tenant)
            {
                Of(action.GameId).Accept(action.PlayerId, action.ActionId.Span);
            }
        }
        catch (Exception failure) when (failure is InvalidProtocolBufferException or ArgumentException)
        {
            // Nobody can have decided it: the services that read it have left it to the dead letters.
            Console.Error.WriteLine(
                $"mesh: {topic}/{record.Partition}, offset {record.Offset} holds no action ({failure.Message}); "
                + "see mesh dlq list.");
        }
    }
}
