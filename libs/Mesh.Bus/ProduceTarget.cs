using Confluent.Kafka;

namespace Mesh.Bus;

/// <summary>One topic partition that a <see cref="BusProducer"/> sends to.</summary>
public sealed class ProduceTarget : IDisposable
{
    private readonly BusProducer _producer;
    private readonly TopicPartition _to;
    private readonly Action<long> _acknowledged;
    private readonly Action<string> _failed;
    private readonly Action<DeliveryReport<byte[]?, byte[]?>> _delivered;
    private readonly Lock _calling = new();
    private volatile bool _disposed;

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
    /// <exception cref="ObjectDisposedException">The target was disposed.</exception>
    /// <exception cref="RecordTooLargeException">The record is too large; the producer goes on.</exception>
    /// <exception cref="OperationCanceledException">
    /// Cancelled while waiting for space; the record was not taken.
    /// </exception>
    public bool Produce(byte[]? key, byte[]? value, byte[]? origin, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var message = new Message<byte[]?, byte[]?> { Key = key, Value = value };
        if (origin is not null)
        {
            message.Headers = [new Header(OriginHeader.Name, origin)];
        }

        return _producer.Send(_to, message, _delivered, cancellation);
    }

    /// <summary>
    /// Gives the target up: when this returns neither callback runs or will, except for one that called this. What was
    /// handed over and is not acknowledged may or may not reach the broker; a record that cannot be delivered ends the
    /// producer all the same. Do not hold a lock that a callback takes.
    /// </summary>
    public void Dispose()
    {
        lock (_calling)
        {
            _disposed = true;
        }

        _producer.Forget(this);
    }

    internal void OnProducerFailed(string reason)
    {
        lock (_calling)
        {
            if (!_disposed)
            {
                _failed(reason);
            }
        }
    }

    private void OnDelivered(DeliveryReport<byte[]?, byte[]?> report)
    {
        if (report.Error.IsError)
        {
            _producer.Fail($"{Topic}/{Partition}: {report.Error.Code}: {report.Error.Reason}");
        }
        else if (TakeAcknowledgement(report.Offset.Value) is { } error)
        {
            // The callback is the owner's. An acknowledgement it did not take would be missing for ever.
            _producer.Fail($"{Topic}/{Partition}: the acknowledgement of offset {report.Offset.Value} failed: {error}");
        }

        _producer.OnDelivered();
    }

    private Exception? TakeAcknowledgement(long offset)
    {
        lock (_calling)
        {
            try
            {
                if (!_disposed && !_producer.Ended)
                {
                    _acknowledged(offset);
                }

                return null;
            }
            catch (Exception e)
            {
                return e;
            }
        }
    }
}
