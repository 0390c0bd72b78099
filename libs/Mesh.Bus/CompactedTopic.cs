using Mesh.Bus.Reading;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus;

/// <summary>Reads all partitions of a compacted topic from the beginning, for ever: a table kept up to date.</summary>
public sealed class CompactedTopic : IAsyncDisposable
{
    private const long Unknown = -1;

    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<FetchedRecord> _apply;
    private readonly Action<Exception>? _failed;
    private readonly ILogger _logger;
    private readonly string _topic;
    private readonly long[] _ends;
    private readonly bool[] _reached;
    private readonly ConsumerLoop _loop;
    private int _missing;

    private CompactedTopic(
        BusOptions options, string topic, int partitions, Action<FetchedRecord> apply, ILogger logger,
        Action<Exception>? failed)
    {
        (_topic, _apply, _logger, _failed, _missing) = (topic, apply, logger, failed, partitions);
        _ends = new long[partitions];
        _reached = new bool[partitions];
        Array.Fill(_ends, Unknown);
        var reading = new TopicReaderOptions
        {
            Topic = topic,
            Starts = [.. Enumerable.Range(0, partitions).Select(p => new TopicStart(p, TopicStart.Beginning))],
            WithKeys = true,
        };
        _loop = new ConsumerLoop(options, reading, Deliver, Reached, Fail, logger);
    }

    /// <summary>
    /// Completes once every partition has been applied up to at least the end that it had at start; faults when reading
    /// fails before that; is cancelled when the topic is disposed before that.
    /// </summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>Begins to read.</summary>
    /// <param name="options">The brokers.</param>
    /// <param name="topic">The compacted topic.</param>
    /// <param name="partitions">How many partitions it has.</param>
    /// <param name="apply">
    /// Takes each record, with key, on one thread; newest last for each key. <see cref="FetchedRecord.IsTombstone"/>:
    /// the key is deleted.
    /// </param>
    /// <param name="logger">Where the client's messages go.</param>
    /// <param name="failed">
    /// Called once at most, when reading has ended by a failure, before or after catching up.
    /// </param>
    public static CompactedTopic Start(
        BusOptions options, string topic, int partitions, Action<FetchedRecord> apply, ILogger logger,
        Action<Exception>? failed = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        var table = new CompactedTopic(options, topic, partitions, apply, logger, failed);
        table._loop.Start();
        return table;
    }

    /// <summary>Ends the reading; when the task is done nothing is applied any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _loop.StopAsync();
        _caughtUp.TrySetCanceled();
    }

    private bool Deliver(FetchedBatch batch)
    {
        foreach (FetchedRecord record in batch.Records)
        {
            _apply(record);
            if (_missing > 0 && !_reached[record.Partition])
            {
                NoteEnd(record);
            }
        }

        return true;
    }

    // A partition's end comes with the fetch that brought its first record, so it is not below the end at start. The
    // client's own "end reached" alone would not come while records arrive faster than they are read.
    private void NoteEnd(in FetchedRecord record)
    {
        if (_ends[record.Partition] == Unknown)
        {
            _ends[record.Partition] = Math.Max(Unknown, _loop.KnownEnd(record.Partition));
        }

        if (_ends[record.Partition] != Unknown && record.Offset + 1 >= _ends[record.Partition])
        {
            Reached(record.Partition);
        }
    }

    private void Reached(int partition)
    {
        if (_reached[partition])
        {
            return;
        }

        _reached[partition] = true;
        if (--_missing == 0)
        {
            BusMessages.CaughtUp(_logger, _topic);
            _caughtUp.TrySetResult();
        }
    }

    private void Fail(Exception error)
    {
        _caughtUp.TrySetException(error);
        // Nobody may be waiting: the failure is logged and handed on, so the task counts as observed.
        _ = _caughtUp.Task.Exception;
        _failed?.Invoke(error);
    }
}
