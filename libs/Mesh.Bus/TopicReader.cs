using Mesh.Bus.Reading;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus;

/// <summary>Where to begin in a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The first offset to read, or <see cref="Beginning"/>, or <see cref="End"/>.</param>
public sealed record TopicStart(int Partition, long Offset)
{
    /// <summary>The first record that the log still holds.</summary>
    public const long Beginning = -2;

    /// <summary>The records that arrive from now on.</summary>
    public const long End = -1;

    /// <summary>
    /// The <see cref="RecordChecksum"/> of the record right before <see cref="Offset"/>; null: it is not known. Another
    /// one found there ends the reader with <see cref="RecordReplacedException"/>, before anything is handed over. A
    /// log that does not hold the record any more is believed.
    /// </summary>
    public uint? Before { get; init; }
}

/// <summary>What a <see cref="TopicReader"/> reads, and how much at a time.</summary>
public sealed record TopicReaderOptions
{
    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>
    /// The partitions to begin with; may be empty. Their assignments have the numbers 1, 2, … in this order.
    /// </summary>
    public IReadOnlyList<TopicStart> Starts { get; init; } = [];

    /// <summary>Whether keys are read; they cost an allocation each.</summary>
    public bool WithKeys { get; init; }

    /// <summary>Whether origin headers are read; they cost several allocations each.</summary>
    public bool WithOrigins { get; init; }

    /// <summary>The largest batch handed over.</summary>
    public int MaxBatchRecords { get; init; } = 1000;

    /// <summary>
    /// How many KiB may be fetched ahead, over all partitions. The last fetch counts as the broker keeps it: what is
    /// compressed takes more here.
    /// </summary>
    public long QueuedMaxKbytes { get; init; } = 16 * 1024;

    /// <summary>
    /// How long the broker holds a fetch for which it has no record, in milliseconds. Records that arrive end it at
    /// once; but the client has one fetch under way, so what <see cref="TopicReader.Assign"/> and <see
    /// cref="TopicReader.Resume"/> ask of an idle reader begins up to so long later. A reader without partitions has no
    /// fetch under way: it begins at once. A smaller number costs the broker and the client an empty fetch each time.
    /// </summary>
    public int FetchWaitMs { get; init; } = 100;

    /// <summary>
    /// How many bytes of records the broker gathers, for <see cref="FetchWaitMs"/> at the most, before it answers a
    /// fetch. More than 1 trades that much delay for fewer fetches and larger batches.
    /// </summary>
    public int FetchMinBytes { get; init; } = 1;

    /// <summary>
    /// How long after a batch of <see cref="Limits.ManyRecords"/> or more the next one is taken, so that what comes
    /// meanwhile comes together; after one of <see cref="Limits.VeryManyRecords"/> twice as long. A full batch is
    /// followed at once, and so is a smaller one: nothing waits where few records come, or where a reader catches up.
    /// What changes or ends the reader waits for it as well.
    /// </summary>
    public TimeSpan Gathering { get; init; }
}

/// <summary>
/// Reads given partitions of one topic from given offsets, on a thread of its own, without a consumer group: nothing is
/// committed and there is no rebalance. What arrives is handed over at once, with whatever else has arrived by then,
/// but see <see cref="TopicReaderOptions.Gathering"/>.
/// What it reads can be changed at any time; without partitions it costs a sleeping thread.
/// It never jumps: an offset that the log does not hold ends the reader with <see cref="OffsetOutsideLogException"/>.
/// </summary>
public sealed class TopicReader : IAsyncDisposable
{
    private readonly ConsumerLoop _loop;

    /// <summary>Begins to read. No broker needs to be there yet.</summary>
    /// <param name="options">The brokers.</param>
    /// <param name="reading">What to read.</param>
    /// <param name="deliver">
    /// Takes each batch, on the reader's thread. It may block: meanwhile no more is fetched than
    /// <see cref="TopicReaderOptions.QueuedMaxKbytes"/>. False ends the reader. An exception ends it by a failure.
    /// </param>
    /// <param name="failed">
    /// Called once at most, on the reader's thread, when it has ended by a failure: <see
    /// cref="OffsetOutsideLogException"/>, <see cref="RecordReplacedException"/>, <see cref="TopicReadException"/>, or
    /// what <paramref name="deliver"/> threw.
    /// Broker outages are no failure: the reader goes on when the broker is back.
    /// </param>
    /// <param name="logger">Where the client's messages go.</param>
    /// <exception cref="KafkaLibraryMissingException">The native client is not installed.</exception>
    public TopicReader(
        BusOptions options, TopicReaderOptions reading, Func<FetchedBatch, bool> deliver, Action<Exception> failed,
        ILogger logger)
    {
        _loop = new ConsumerLoop(options, reading, deliver, endReached: null, failed, logger);
        _loop.Start();
    }

    /// <summary>
    /// Reads one more partition, or one that it reads already from elsewhere: the assignment before ends. Returns at
    /// once; the change is made on the reader's thread, after a delivery that is under way.
    /// </summary>
    /// <returns>
    /// The assignment's number: 1, 2, … in the order of the calls, over all partitions. Every record of the partition
    /// with this <see cref="FetchedRecord.Assignment"/> was fetched by this assignment, the first one at its offset (or
    /// at the first that the log holds after it), each other one right after the one before. Records of earlier
    /// assignments, with their own numbers, may still come before the first of this one, and none after it.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The reader has ended.</exception>
    public int Assign(TopicStart start) => _loop.Assign(start);

    /// <summary>
    /// Reads a partition no longer. Records already taken from the client may still be handed over, with the number of
    /// their assignment; tell them by it. A partition that is not assigned is left alone.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The reader has ended.</exception>
    public void Unassign(int partition) => _loop.Unassign(partition);

    /// <summary>
    /// Holds a partition back, until it is resumed or assigned anew. Records already taken from the client may still be
    /// handed over. A partition that is not assigned is left alone.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The reader has ended.</exception>
    public void Pause(int partition) => _loop.Pause(partition);

    /// <summary>Goes on with a paused partition, at the record after the last one handed over.</summary>
    /// <exception cref="ObjectDisposedException">The reader has ended.</exception>
    public void Resume(int partition) => _loop.Resume(partition);

    /// <summary>
    /// Ends the reader; when the task is done no delivery runs or will. A delivery that blocks must be released by its
    /// owner. Called from inside a delivery it returns at once, and that delivery is the last.
    /// </summary>
    public ValueTask DisposeAsync() => new(_loop.StopAsync());
}
