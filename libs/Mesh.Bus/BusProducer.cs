using System.Diagnostics;
using Confluent.Kafka;
using Mesh.Bus.Client;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus;

/// <summary>
/// Sends records idempotently and without gaps: what is acknowledged lies in the log once and in the order in which it
/// was handed over, per partition, and a record never times out. The first record that cannot be delivered, or a fatal
/// error of the client, ends the producer: nothing after it is sent, and its owner begins with a new one at the first
/// record that is not acknowledged. Safe for use by several threads.
/// </summary>
public sealed class BusProducer : IDisposable
{
    // A wake-up comes with an acknowledgement; the bound covers the one that came just before the wait.
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(20);

    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly ILogger _logger;
    private readonly string _clientId;
    private readonly Lock _failing = new();
    private readonly object _space = new();
    private readonly HashSet<ProduceTarget> _targets = [];
    private int _waiting;
    private int _inside;
    private long _unacknowledged;
    private volatile string? _fatalError;
    private volatile bool _disposed;

    /// <summary>Starts a producer. No broker needs to be there yet.</summary>
    /// <exception cref="KafkaLibraryMissingException">The native client is not installed.</exception>
    public BusProducer(BusOptions options, BusCodec codec, ILogger logger, ProducerLimits? limits = null)
    {
        KafkaLibrary.EnsureLoaded();
        _logger = logger;
        _clientId = options.ClientId;
        _producer = new ProducerBuilder<byte[]?, byte[]?>(
                ClientSettings.Producer(options, codec, limits ?? new ProducerLimits()))
            .SetLogHandler((_, message) => ClientLog.Write(logger, message))
            .SetErrorHandler((_, error) => OnClientError(error))
            .Build();
    }

    /// <summary>
    /// Raised once, on the thread pool, when the producer ends by a failure; the argument is <see cref="FatalError"/>.
    /// Subscribe before the first record is handed over.
    /// </summary>
    public event Action<string>? Failed;

    /// <summary>Why the producer has ended; null while it works.</summary>
    public string? FatalError => _fatalError;

    internal bool Ended => _fatalError is not null || _disposed;

    /// <summary>
    /// A partition to send to. The callbacks run on the client's own thread and must not block, nor dispose the
    /// producer. Dispose a target that is no longer used; the producer keeps the others.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="acknowledged">
    /// Called once for each record, in the order in which they were handed over, with the record's offset.
    /// </param>
    /// <param name="failed">Called once at most, with the reason, when the producer ends by a failure.</param>
    public ProduceTarget Target(string topic, int partition, Action<long> acknowledged, Action<string> failed)
    {
        var target = new ProduceTarget(this, topic, partition, acknowledged, failed);
        string? reason;
        lock (_failing)
        {
            _targets.Add(target);
            reason = _fatalError;
        }

        if (reason is not null)
        {
            target.OnProducerFailed(reason);
        }

        return target;
    }

    /// <summary>Waits until everything handed over is acknowledged, or <paramref name="timeout"/> has passed.</summary>
    /// <returns>Whether everything is acknowledged.</returns>
    /// <remarks>
    /// Not the client's own flush: that one calls delivery callbacks on the thread that flushes, beside the client's
    /// thread, and two threads that take turns at one queue do not keep its order.
    /// </remarks>
    public bool Flush(TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        lock (_space)
        {
            while (!Ended && Volatile.Read(ref _unacknowledged) > 0)
            {
                TimeSpan left = timeout - Stopwatch.GetElapsedTime(start);
                if (left <= TimeSpan.Zero)
                {
                    return false;
                }

                Monitor.Wait(_space, left < Recheck ? left : Recheck);
            }

            return !Ended;
        }
    }

    /// <summary>
    /// Ends the producer at once; what is not acknowledged may or may not reach the broker, and is reported to nobody.
    /// Flush first for a clean end. Releases whoever waits for space or in <see cref="Flush"/>.
    /// </summary>
    public void Dispose()
    {
        lock (_failing)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        // The native client must not be freed under a thread that is inside a call to it.
        lock (_space)
        {
            while (Volatile.Read(ref _inside) > 0)
            {
                Monitor.PulseAll(_space);
                Monitor.Wait(_space, Recheck);
            }
        }

        _producer.Dispose();
    }

    /// <summary>Hands a record to the client; waits while its queue is full. False: the producer has ended.</summary>
    internal bool Send(
        TopicPartition to, Message<byte[]?, byte[]?> message, Action<DeliveryReport<byte[]?, byte[]?>> delivered,
        CancellationToken cancellation)
    {
        Interlocked.Increment(ref _inside);
        try
        {
            bool sent = false;
            while (!sent && !Ended)
            {
                sent = TrySend(to, message, delivered)
                    || TrySendOrWait(to, message, delivered, cancellation);
            }

            return sent;
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    internal void Forget(ProduceTarget target)
    {
        lock (_failing)
        {
            _targets.Remove(target);
        }
    }

    internal void OnDelivered()
    {
        if (Interlocked.Decrement(ref _unacknowledged) == 0 || Volatile.Read(ref _waiting) > 0)
        {
            ReleaseWaiting();
        }
    }

    internal void Fail(string reason)
    {
        ProduceTarget[] targets;
        lock (_failing)
        {
            if (_fatalError is not null || _disposed)
            {
                return;
            }

            _fatalError = reason;
            targets = [.. _targets];
        }

        BusMessages.ProducerFailed(_logger, _clientId, reason);
        ReleaseWaiting();
        foreach (ProduceTarget target in targets)
        {
            target.OnProducerFailed(reason);
        }

        if (Failed is { } failed)
        {
            ThreadPool.QueueUserWorkItem(static call => call.failed(call.reason), (failed, reason), preferLocal: false);
        }
    }

    private bool TrySend(
        TopicPartition to, Message<byte[]?, byte[]?> message, Action<DeliveryReport<byte[]?, byte[]?>> delivered)
    {
        // Counted first: its acknowledgement may come before Produce returns.
        Interlocked.Increment(ref _unacknowledged);
        bool taken = false;
        try
        {
            _producer.Produce(to, message, delivered);
            taken = true;
            return true;
        }
        catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.MsgSizeTooLarge)
        {
            throw new RecordTooLargeException(to.Topic, (message.Key?.Length ?? 0) + (message.Value?.Length ?? 0));
        }
        catch (ProduceException<byte[]?, byte[]?> e)
        {
            Fail($"{to.Topic}/{to.Partition.Value}: {e.Error.Code}: {e.Error.Reason}");
            return false;
        }
        finally
        {
            if (!taken)
            {
                Interlocked.Decrement(ref _unacknowledged);
            }
        }
    }

    // Announces the wait, then tries once more, so that an acknowledgement in between is not missed.
    private bool TrySendOrWait(
        TopicPartition to, Message<byte[]?, byte[]?> message, Action<DeliveryReport<byte[]?, byte[]?>> delivered,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_space)
        {
            _waiting++;
            try
            {
                if (TrySend(to, message, delivered))
                {
                    return true;
                }

                if (!Ended)
                {
                    Monitor.Wait(_space, Recheck);
                }

                return false;
            }
            finally
            {
                _waiting--;
            }
        }
    }

    private void ReleaseWaiting()
    {
        lock (_space)
        {
            Monitor.PulseAll(_space);
        }
    }

    private void OnClientError(Error error)
    {
        ClientLog.Write(_logger, _clientId, error);
        if (error.IsFatal)
        {
            Fail($"{error.Code}: {error.Reason}");
        }
    }
}
