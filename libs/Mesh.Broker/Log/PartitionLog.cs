using Mesh.Broker.Log.Compaction;
using Mesh.Broker.Producers;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;
using Microsoft.Extensions.Logging;

namespace Mesh.Broker.Log;

/// <summary>What became of a batch.</summary>
internal readonly record struct AppendResult(ErrorCode Error, long BaseOffset, long AppendTimeMs, long StartOffset)
{
    public static AppendResult Refused(ErrorCode error) => new(error, -1, -1, -1);
}

/// <summary>
/// The log of one partition: segments, the newest batches in memory, the idempotent producers, and whoever waits for
/// more. One lock, held for the length of a write to the page cache; files are read without it.
/// A record is acknowledged after the operating system has it, so it survives the end of this process.
/// </summary>
internal sealed partial class PartitionLog : IDisposable
{
    private const int LeaderEpoch = 0;

    private readonly Lock _gate = new();
    private readonly string _directory;
    private readonly LogContext _context;
    private readonly ProducerStates _producers = new();
    private readonly List<Segment> _segments = [];
    private readonly List<TailChunk> _tail = [];
    private readonly List<FetchWaiter> _waiters = [];
    private readonly HashSet<(long BaseOffset, long Position)> _reported = [];
    private TopicSettings _settings;
    private long _startOffset;
    private long _endOffset;
    private bool _closed;

    /// <summary>Opens or creates the log, checks what no index covers and cuts a torn tail off.</summary>
    public PartitionLog(string name, string directory, TopicSettings settings, LogContext context)
    {
        Name = name;
        _directory = directory;
        _settings = settings;
        _context = context;
        Directory.CreateDirectory(directory);
        Recover();
    }

    /// <summary>Topic and number, for log lines.</summary>
    public string Name { get; }

    /// <summary>The offset that the next record gets; everything before it can be read.</summary>
    public long EndOffset => Interlocked.Read(ref _endOffset);

    public long StartOffset => Interlocked.Read(ref _startOffset);

    /// <summary>What readers of committed transactions may read up to. There are no open ones: all of it.</summary>
    public long LastStableOffset => EndOffset;

    public bool IsClosed => Volatile.Read(ref _closed);

    public void Configure(TopicSettings settings)
    {
        lock (_gate)
        {
            _settings = settings;
        }
    }

    /// <summary>
    /// Appends one batch, in place: base offset and leader epoch are written into <paramref name="batch"/>.
    /// </summary>
    public AppendResult Append(Span<byte> batch)
    {
        ErrorCode judged = BatchHeader.Judge(batch, _settings.MaxMessageBytes);
        if (judged == ErrorCode.None && _settings.Compacts && !CompactedRecords.HaveKeys(batch))
        {
            judged = ErrorCode.InvalidRecord;
        }

        if (judged != ErrorCode.None)
        {
            return AppendResult.Refused(judged);
        }

        TailChunk? added;
        AppendResult result;
        lock (_gate)
        {
            if (_closed)
            {
                return AppendResult.Refused(ErrorCode.UnknownTopicOrPartition);
            }

            BatchHeader header = new(batch);
            SequenceVerdict verdict = _producers.Check(header);
            if (verdict.Error != ErrorCode.None || verdict.DuplicateOffset >= 0)
            {
                return new AppendResult(verdict.Error, verdict.DuplicateOffset, -1, _startOffset);
            }

            long nowMs = _context.NowMs();
            if (_settings.LogAppendTime)
            {
                BatchHeader.StampAppendTime(batch, nowMs);
            }

            long baseOffset = _endOffset;
            BatchHeader.Place(batch, baseOffset, LeaderEpoch);
            if (!TryWrite(header, batch))
            {
                return AppendResult.Refused(ErrorCode.StorageError);
            }

            _producers.Record(header, baseOffset, nowMs);
            long endOffset = baseOffset + header.RecordCount;
            added = Remember(batch, baseOffset, endOffset);
            Interlocked.Exchange(ref _endOffset, endOffset);
            foreach (FetchWaiter waiter in _waiters)
            {
                waiter.Arrived(batch.Length);
            }

            result = new AppendResult(
                ErrorCode.None, baseOffset, _settings.LogAppendTime ? nowMs : -1, _startOffset);
        }

        if (added is not null)
        {
            _context.Tails.Added(this, added);
            _context.Tails.Trim();
        }

        return result;
    }

    /// <summary>
    /// Forgets the tail up to a chunk to make room, unless it is gone already. Older chunks go with it: the tail has
    /// no holes.
    /// </summary>
    public void DropTail(TailChunk chunk)
    {
        lock (_gate)
        {
            for (int left = _tail.IndexOf(chunk); left >= 0; left--)
            {
                Forget(_tail[0]);
                _tail.RemoveAt(0);
            }
        }
    }

    /// <summary>Tells the waiter of what arrives from now on, until <see cref="StopWaiting"/>.</summary>
    public void Wait(FetchWaiter waiter)
    {
        lock (_gate)
        {
            if (_closed)
            {
                waiter.Wake();
            }
            else
            {
                _waiters.Add(waiter);
            }
        }
    }

    public void StopWaiting(FetchWaiter waiter)
    {
        lock (_gate)
        {
            _waiters.Remove(waiter);
        }
    }

    /// <summary>Closes the log so that the next start has nothing to check.</summary>
    public void Dispose() => Close(keep: true);

    /// <summary>Closes a log that is about to be deleted.</summary>
    public void Discard() => Close(keep: false);

    private void Close(bool keep)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            foreach (TailChunk chunk in _tail)
            {
                Forget(chunk);
            }

            _tail.Clear();
            foreach (FetchWaiter waiter in _waiters)
            {
                waiter.Wake();
            }

            if (keep)
            {
                WriteIndexes();
            }

            foreach (Segment segment in _segments)
            {
                segment.Dispose();
            }
        }
    }

    private bool TryWrite(in BatchHeader header, ReadOnlySpan<byte> batch)
    {
        Segment? active = null;
        try
        {
            active = ActiveFor(header, batch.Length);
            RandomAccess.Write(active.Handle, batch, active.LengthBytes);
            if (_context.FlushAlways)
            {
                // Whoever acknowledges waits for the flush, without this lock: Connection.
                _context.Flusher.Mark(active.Handle);
            }

            active.Added(header, header.BaseOffset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            BrokerMessages.WriteFailed(_context.Logger, Name, e);
            CutBack(active);
            return false;
        }

        if (active.UncheckedBytes >= Limits.CheckpointBytes)
        {
            TryWriteIndex(active);
        }

        return true;
    }

    /// <summary>After a failed write nothing of it may look like a batch later.</summary>
    private void CutBack(Segment? active)
    {
        try
        {
            if (active is not null)
            {
                RandomAccess.SetLength(active.Handle, active.LengthBytes);
            }
        }
        catch (IOException e)
        {
            // The next write goes over it, and a start finds what is left by its checksum.
            BrokerMessages.WriteFailed(_context.Logger, Name, e);
        }
    }

    private Segment ActiveFor(in BatchHeader header, int bytes)
    {
        Segment active = _segments[^1];
        bool full = (long)active.LengthBytes + bytes > _settings.SegmentBytes;
        bool old = header.MaxTimestamp - active.FirstTimestamp > _settings.SegmentMs;
        return active.LengthBytes > 0 && (full || old) ? Roll() : active;
    }

    /// <summary>Ends the active segment and begins the next one.</summary>
    private Segment Roll()
    {
        if (_segments.Count > 0)
        {
            TryWriteIndex(_segments[^1]);
        }

        Segment next = new(_directory, _endOffset);
        RandomAccess.SetLength(next.Handle, 0);
        if (_context.FlushAlways)
        {
            DirectoryFlush.Flush(_directory);
        }

        _segments.Add(next);
        return next;
    }

    /// <summary>Puts a batch into the tail; returns the chunk when a new one was needed.</summary>
    private TailChunk? Remember(ReadOnlySpan<byte> batch, long baseOffset, long endOffset)
    {
        if (_tail.Count > 0 && _tail[^1].TryAppend(batch, endOffset))
        {
            return null;
        }

        TailChunk chunk = new(batch.Length, baseOffset);
        chunk.TryAppend(batch, endOffset);
        _tail.Add(chunk);
        return chunk;
    }

    private void Forget(TailChunk chunk)
    {
        _context.Tails.Dropped(chunk);
        chunk.Release();
    }
}
