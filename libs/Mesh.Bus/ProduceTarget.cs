using Confluent.Kafka;

namespace Mesh.Bus;

/// <summary>One topic partition that a <see cref="BusProducer"/> sends to.</summary>
public sealed class ProduceTarget
{
    private readonly BusProducer _producer;
    private readonly TopicPartition _to;
    private readonly Action<long> _acknowledged;
    private readonly Action<string> _failed;
    private readonly Action<DeliveryReport<byte[]?, byte[]?>> _delivered;

    internal ProduceTarget(
        BusProducer producer, string topic, int partition, Action<long> acknowledged, Action<string> failed)
    {
        _producer = producer;
        _to = new TopicPartition(topic, partition);
        _acknowledged = acknowledged;
        _failed = failed;
        _delivered = OnDelivered;
    }

    /// <summary>The topic.</summary>
    public string Topic => _to.Topic;

    /// <summary>The partition.</summary>
    public int Partition => _to.Partition.Value;

    /// <summary>
    /// Hands one record over. It is stamped with the moment it is handed over. Blocks only while the client's queue is
    /// full. One thread at a time per partition, if the order matters.
    /// </summary>
    /// <param name="key">The key; null: none.</param>
    /// <param name="value">The value; null: a tombstone.</param>
    /// <param name="origin">The contents of the <see cref="OriginHeader.Name"/> header; null: no header.</param>
    /// <param name="cancellation">Ends the wait for space in the queue.</param>
    /// <returns>False: the producer has ended and the record was not taken.</returns>
    /// <exception cref="RecordTooLargeException">The record is too large; the producer goes on.</exception>
    /// <exception cref="OperationCanceledException">
    /// Cancelled while waiting for space; the record was not taken.
    /// </exception>
    public bool Produce(byte[]? key, byte[]? value, byte[]? origin, CancellationToken cancellation = default)
    {
        var message = new Message<byte[]?, byte[]?> { Key = key, Value = value };
        if (origin is not null)
        {
            message.Headers = [new Header(OriginHeader.Name, origin)];
        }

        return _producer.Send(_to, message, _delivered, cancellation);
    }

    internal void OnProducerFailed(string reason) => _failed(reason);

    private void OnDelivered(DeliveryReport<byte[]?, byte[]?> report)
    {
        if (report.Error.IsError)
        {
            _producer.Fail($"{Topic}/{Partition}: {report.Error.Code}: {report.Error.Reason}");
        }
        else if (!_producer.Ended)
        {
            try
            {
                _acknowledged(report.Offset.Value);
            }
            catch (Exception e)
            {
                // The callback is the owner's. An acknowledgement it did not take would be missing for ever.
                _producer.Fail($"{Topic}/{Partition}: the acknowledgement of offset {report.Offset.Value} failed: {e}");
            }
        }

        _producer.OnDelivered();
    }
}
