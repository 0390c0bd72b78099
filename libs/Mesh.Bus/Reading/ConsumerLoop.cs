using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Mesh.Bus.Client;
using Mesh.Bus.Setup;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus.Reading;

/// <summary>
/// A thread of its own around one consumer: (1) block until something arrives, (2) take what else has arrived, (3) hand
/// it over on this thread, which is the back-pressure: while the receiver blocks, the client's bounded queue fills and
/// it stops fetching; (4) rest, where that was much and more will follow.
/// </summary>
internal sealed class ConsumerLoop
{
    private readonly IConsumer<byte[]?, byte[]> _consumer;
    private readonly ConsumerQueue _queue;
    private readonly string _bootstrapServers;
    private readonly string _topic;
    private readonly int _maxBatch;
    private readonly bool _withOrigins;
    private readonly Func<FetchedBatch, bool> _deliver;
    private readonly Action<int>? _endReached;
    private readonly Action<Exception> _failed;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private readonly FetchedRecord[] _buffer;
    private readonly Assignments _assignments;
    private readonly StartChecks _checks = new();
    private readonly Gathering _gathering;
    private volatile bool _stopping;

    public ConsumerLoop(
        BusOptions options, TopicReaderOptions reading, Func<FetchedBatch, bool> deliver, Action<int>? endReached,
        Action<Exception> failed, ILogger logger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(reading.MaxBatchRecords, 1);
        KafkaLibrary.EnsureLoaded();
        (_topic, _maxBatch, _withOrigins) = (reading.Topic, reading.MaxBatchRecords, reading.WithOrigins);
        (_deliver, _endReached, _failed, _logger) = (deliver, endReached, failed, logger);
        _bootstrapServers = options.BootstrapServers;
        _buffer = new FetchedRecord[_maxBatch];
        _gathering = new Gathering(reading.Gathering, _maxBatch);
        Dictionary<string, string> settings = ClientSettings.Consumer(options, reading);
        settings["enable.partition.eof"] = endReached is null ? "false" : "true";
        _consumer = new ConsumerBuilder<byte[]?, byte[]>(settings)
            .SetKeyDeserializer(new KeyReader(reading.WithKeys))
            .SetValueDeserializer(new ValueReader())
            .SetLogHandler((_, message) => ClientLog.Write(logger, message))
            .SetErrorHandler((_, error) => ClientLog.Write(logger, options.ClientId, error))
            .Build();
        _queue = new ConsumerQueue(_consumer.Handle);
        _assignments = new Assignments(_consumer, _topic, _checks);
        foreach (TopicStart start in reading.Starts)
        {
            _assignments.Assign(start);
        }

        _thread = new Thread(Run) { IsBackground = true, Name = $"bus {_topic}" };
    }

    /// <summary>The end of a partition as the newest fetch saw it; negative: not known yet.</summary>
    public long KnownEnd(int partition) =>
        _consumer.GetWatermarkOffsets(new TopicPartition(_topic, partition)).High.Value;

    public void Start() => _thread.Start();

    public int Assign(TopicStart start)
    {
        int number = _assignments.Assign(start);
        _queue.Wake();
        return number;
    }

    public void Unassign(int partition)
    {
        _assignments.Unassign(partition);
        _queue.Wake();
    }

    public void Pause(int partition)
    {
        _assignments.Pause(partition);
        _queue.Wake();
    }

    public void Resume(int partition)
    {
        _assignments.Resume(partition);
        _queue.Wake();
    }

    public Task StopAsync()
    {
        _stopping = true;
        _queue.Wake();
        // Called from inside a delivery, the end can only come after this returns.
        return Thread.CurrentThread == _thread ? Task.CompletedTask : _ended.Task;
    }

    private void Run()
    {
        Exception? failure = null;
        try
        {
            while (!_stopping && ReadBatch())
            {
                if (_gathering.Rest(Stopwatch.GetTimestamp()) is var rest && rest > TimeSpan.Zero)
                {
                    Thread.Sleep(rest);
                }
            }
        }
        catch (Exception e)
        {
            failure = e;
        }

        _assignments.Close();
        _queue.Dispose();
        _consumer.Dispose();
        try
        {
            if (failure is not null && !_stopping)
            {
                BusMessages.ReaderFailed(_logger, _topic, failure);
                _failed(failure);
            }
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private bool ReadBatch()
    {
        _assignments.Make();
        int count = 0;
        int timeoutMs = Timeout.Infinite;
        while (count < _maxBatch && !_stopping)
        {
            ConsumeResult<byte[]?, byte[]>? result;
            try
            {
                result = _consumer.Consume(timeoutMs);
            }
            catch (ConsumeException e)
            {
                // What was taken before the error is whole and in order.
                bool wanted = Deliver(count);
                ThrowIfFinal(e);
                return wanted;
            }

            if (result is null)
            {
                break;
            }

            if (result.IsPartitionEOF)
            {
                bool wanted = Deliver(count);
                _endReached?.Invoke(result.Partition.Value);
                return wanted;
            }

            // Of a partition that is no longer assigned nothing comes; if it did, it would be nobody's.
            int assignment = _assignments.NumberOf(result.Partition.Value);
            if (assignment != 0 && IsHandedOver(result))
            {
                _buffer[count++] = Read(result, assignment);
            }

            timeoutMs = 0;
        }

        return Deliver(count);
    }

    private FetchedRecord Read(ConsumeResult<byte[]?, byte[]> result, int assignment)
    {
        byte[]? origin = null;
        if (_withOrigins && result.Message.Headers is { Count: > 0 } headers)
        {
            headers.TryGetLastBytes(OriginHeader.Name, out origin);
        }

        return new FetchedRecord(
            result.Partition.Value, result.Offset.Value, result.Message.Key, result.Message.Value, origin, assignment);
    }

    private bool Deliver(int count)
    {
        if (count == 0)
        {
            return true;
        }

        _gathering.Took(count, Stopwatch.GetTimestamp());
        FetchedRecord[] records = _buffer.AsSpan(0, count).ToArray();
        Array.Clear(_buffer, 0, count);
        return _deliver(new FetchedBatch(_topic, ImmutableCollectionsMarshal.AsImmutableArray(records)));
    }

    private bool IsHandedOver(ConsumeResult<byte[]?, byte[]> result)
    {
        (int partition, long offset) = (result.Partition.Value, result.Offset.Value);
        return _checks.Judge(partition, offset, result.Message.Value) ?? throw new RecordReplacedException(
            _topic, partition, offset, OperatorCommands.ShowOffsets(_bootstrapServers, _topic, partition));
    }

    private void ThrowIfFinal(ConsumeException e)
    {
        TopicPartitionOffset? at = e.ConsumerRecord?.TopicPartitionOffset;
        if (!e.Error.IsFatal && at is { Partition.Value: >= 0 } && _assignments.NumberOf(at.Partition.Value) == 0)
        {
            // What went wrong with a partition that was taken away meanwhile ends nothing.
            BusMessages.ReadError(_logger, _topic, e.Error.Code, e.Error.Reason);
            return;
        }

        switch (e.Error.Code)
        {
            case ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange:
                if (at is not null && _checks.GiveUp(at.Partition.Value) is { } offset)
                {
                    // What was to be compared is gone; whether the log holds what follows is seen by reading that.
                    _assignments.Move(at.Partition.Value, offset);
                    return;
                }

                throw OffsetOutsideLog.At(_consumer, _bootstrapServers, _topic, at);
            case ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition
                or ErrorCode.TopicAuthorizationFailed:
                throw new TopicReadException(_topic, e.Error.Code.ToString(), e.Error.Reason);
            default:
                if (e.Error.IsFatal)
                {
                    throw new TopicReadException(_topic, e.Error.Code.ToString(), e.Error.Reason);
                }

                BusMessages.ReadError(_logger, _topic, e.Error.Code, e.Error.Reason);
                return;
        }
    }
}
