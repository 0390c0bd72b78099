using Google.Protobuf;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Cli.DeadLetters;

/// <summary>
/// The dead letters of all topics as they stand: read from their topics, and settled there. A letter that is settled
/// stays in its topic until its retention, and is not shown any more.
/// </summary>
internal sealed class DeadLetterBox
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SortedDictionary<string, (LetterId Id, DeadLettered Letter)> _open = new(StringComparer.Ordinal);
    private readonly HashSet<LetterId> _settled = [];
    private readonly BusOptions _bus;

    private DeadLetterBox(BusOptions bus) => _bus = bus;

    /// <summary>Those that nobody has settled yet.</summary>
    internal IEnumerable<(LetterId Id, DeadLettered Letter)> Open => _open.Values;

    /// <summary>Reads all there are.</summary>
    /// <exception cref="CliException">The broker does not answer, or a topic cannot be read.</exception>
    internal static async Task<DeadLetterBox> ReadAsync(string broker, CancellationToken cancellation)
    {
        DeadLetterBox box = new(new BusOptions
        {
            BootstrapServers = broker, ClientId = "mesh-dlq", BrokerWait = TimeSpan.FromSeconds(5),
        });
        try
        {
            await TopicSetup.EnsureAsync(
                box._bus, [.. TopicCatalog.DeadLetters.Select(t => t.Definition)], NullLogger.Instance, cancellation);
            foreach (TopicSpec topic in TopicCatalog.DeadLetters)
            {
                await using CompactedTopic reader = CompactedTopic.Start(
                    box._bus, topic.Name, topic.Partitions, record => box.Take(record.Value), NullLogger.Instance);
                await reader.CaughtUp.WaitAsync(Patience, cancellation);
            }
        }
        catch (Exception failure) when (failure is BrokerUnreachableException or KafkaLibraryMissingException
            or TopicMismatchException or TopicReadException or OffsetOutsideLogException or TimeoutException)
        {
            throw new CliException($"The dead letters at {broker} cannot be read: {failure.Message}");
        }

        return box;
    }

    /// <exception cref="CliException">There is no such letter, or it is settled.</exception>
    internal DeadLettered Find(LetterId id) =>
        _open.TryGetValue(id.ToString(), out (LetterId, DeadLettered Letter) found) ? found.Letter
            : _settled.Contains(id) ? throw new CliException($"{id} is settled already.")
            : throw new CliException($"There is no dead letter {id}; mesh dlq list shows those there are.");

    /// <summary>
    /// Sends a record to its topic again, without origin, so that every reader decides it anew; then settles the
    /// letter. Broken off between the two it may be sent once more: what it effects is told by ids.
    /// </summary>
    internal void Replay(LetterId id)
    {
        DeadLettered letter = Find(id);
        TopicSpec topic = TopicCatalog.All.Single(spec => spec.Name == letter.Topic);
        Send(topic, (int)letter.Partition, letter.Key, letter.Value.ToByteArray());
        Settle(id, letter, DeadLettered.Types.Settlement.Replayed);
    }

    /// <summary>Settles a letter without sending anything.</summary>
    internal void Drop(LetterId id) => Settle(id, Find(id), DeadLettered.Types.Settlement.Dropped);

    private void Settle(LetterId id, DeadLettered letter, DeadLettered.Types.Settlement settlement)
    {
        DeadLettered settled = new(letter) { Value = ByteString.Empty, Origin = null, Settlement = settlement };
        Send(
            TopicCatalog.DeadLettersOf(letter.Topic), (int)letter.Partition, letter.Key, settled.ToByteArray());
        _open.Remove(id.ToString());
        _settled.Add(id);
    }

    private void Send(TopicSpec topic, int partition, ByteString key, byte[] value)
    {
        using BusProducer producer = new(_bus, topic.Codec, NullLogger.Instance);
        ProduceTarget target = producer.Target(topic.Name, partition, _ => { }, _ => { });
        if (!target.Produce(key.ToByteArray(), value, null) || !producer.Flush(Patience))
        {
            throw new CliException(
                $"The broker did not take the record: {producer.FatalError ?? "it does not answer"}. Try again.");
        }
    }

    private void Take(byte[] record)
    {
        DeadLettered letter = DeadLettered.Parser.ParseFrom(record);
        LetterId id = new(letter.Service, letter.Topic, (int)letter.Partition, (long)letter.Offset);
        if (letter.Settlement == DeadLettered.Types.Settlement.Open)
        {
            _open[id.ToString()] = (id, letter);
        }
        else
        {
            _open.Remove(id.ToString());
            _settled.Add(id);
        }
    }
}
