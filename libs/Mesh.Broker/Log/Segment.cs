using System.Diagnostics;
using System.Globalization;
using Mesh.Broker.Wire;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Broker.Log;

/// <summary>
/// One append-only file of a partition's log: batches as they were received, back to back, named by the offset of its
/// first record. Its index is sparse; beside the log lies a file of it (<see cref="IndexFile"/>), so that a start need
/// not read the log. Used under the partition's lock, except for reading the file.
/// </summary>
internal sealed class Segment : IDisposable
{
    /// <summary>The extension of a segment's file.</summary>
    public const string Extension = ".log";

    /// <summary>The extension while compaction writes it.</summary>
    public const string CleanedExtension = ".cleaned";

    private readonly string _directory;
    private SegmentIndex? _index = new([]);
    private int _sinceIndexed;

    public Segment(string directory, long baseOffset)
        : this(directory, baseOffset, PathOf(directory, baseOffset))
    {
    }

    private Segment(string directory, long baseOffset, string path)
    {
        _directory = directory;
        BaseOffset = baseOffset;
        EndOffset = baseOffset;
        FilePath = path;
        Handle = File.OpenHandle(
            FilePath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    public long BaseOffset { get; }

    public string FilePath { get; private set; }

    public SafeFileHandle Handle { get; }

    /// <summary>Bytes of batches; whatever the file holds beyond is not part of the log.</summary>
    public int LengthBytes { get; private set; }

    /// <summary>The offset after the last record.</summary>
    public long EndOffset { get; private set; }

    /// <summary>The newest record timestamp, -1 when empty.</summary>
    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>The first batch's newest timestamp: rolling by time goes by record time, as on Apache Kafka.</summary>
    public long FirstTimestamp { get; private set; } = -1;

    /// <summary>Whether compaction has been here: offsets may be missing between and inside batches.</summary>
    public bool Compacted { get; set; }

    /// <summary>So many bytes are covered by the index file; a start checks what follows.</summary>
    public int CheckpointBytes { get; private set; } = -1;

    /// <summary>Whether the index file was written after the log was flushed to the disk.</summary>
    public bool IsSealed { get; private set; }

    /// <summary>Bytes that a start would have to check.</summary>
    public int UncheckedBytes => LengthBytes - Math.Max(0, CheckpointBytes);

    public static string PathOf(string directory, long baseOffset) =>
        Path.Combine(directory, baseOffset.ToString("D20", CultureInfo.InvariantCulture) + Extension);

    /// <summary>A new file for what compaction keeps, beside the segment whose place it is to take.</summary>
    public static Segment Aside(string directory, long baseOffset)
    {
        Segment aside = new(
            directory, baseOffset, Path.ChangeExtension(PathOf(directory, baseOffset), CleanedExtension))
        {
            Compacted = true,
        };
        RandomAccess.SetLength(aside.Handle, 0);
        return aside;
    }

    /// <summary>
    /// Takes the place of the segment with the same base offset, at once: a start finds the one or the other.
    /// </summary>
    public void TakePlace()
    {
        string place = PathOf(_directory, BaseOffset);
        File.Delete(IndexFile.PathOf(_directory, BaseOffset));
        File.Move(FilePath, place, overwrite: true);
        FilePath = place;
    }

    /// <summary>Takes over what the index file says, if it can be believed; true when it was.</summary>
    public bool TryLoad()
    {
        if (IndexFile.TryReadHeader(_directory, BaseOffset, RandomAccess.GetLength(Handle)) is not IndexHeader header)
        {
            return false;
        }

        // The entries are read when they are needed: most old segments are never read.
        _index = header.LengthBytes == 0 ? new SegmentIndex([]) : null;
        LengthBytes = header.LengthBytes;
        EndOffset = header.EndOffset;
        FirstTimestamp = header.FirstTimestamp;
        MaxTimestamp = header.MaxTimestamp;
        Compacted = header.Compacted;
        CheckpointBytes = header.LengthBytes;
        IsSealed = header.OnDisk;
        return true;
    }

    /// <summary>Forgets what was loaded: the log is to be read through from its start.</summary>
    public void Unload()
    {
        _index = new SegmentIndex([]);
        (LengthBytes, EndOffset, FirstTimestamp, MaxTimestamp) = (0, BaseOffset, -1, -1);
        (Compacted, CheckpointBytes, IsSealed, _sinceIndexed) = (false, -1, false, 0);
    }

    /// <summary>Takes note of a batch that now lies at the end of the file.</summary>
    /// <param name="indexed">Makes an entry for it in any case: what lies before it is damaged.</param>
    public void Added(in BatchHeader batch, long baseOffset, bool indexed = false)
    {
        SegmentIndex index = Index();
        if (indexed || index.Entries.Count == 0 || _sinceIndexed >= Limits.IndexIntervalBytes)
        {
            index.Add(new IndexEntry(baseOffset, LengthBytes, MaxTimestamp));
            _sinceIndexed = 0;
        }

        if (FirstTimestamp < 0)
        {
            FirstTimestamp = batch.MaxTimestamp;
        }

        int bytes = (int)batch.TotalBytes;
        LengthBytes += bytes;
        _sinceIndexed += bytes;
        MaxTimestamp = Math.Max(MaxTimestamp, batch.MaxTimestamp);
        EndOffset = baseOffset + batch.LastOffsetDelta + 1;
    }

    /// <summary>Takes note of bytes that are no batch and stay where they are: more of the log follows.</summary>
    public void AddedDamage(int bytes, long endOffset)
    {
        LengthBytes += bytes;
        EndOffset = endOffset;
    }

    /// <summary>A batch's place at or before the one that holds <paramref name="offset"/>.</summary>
    public IndexEntry Before(long offset) => Index().Before(offset, BaseOffset);

    /// <summary>A place at or before the first batch with a timestamp of at least the given one.</summary>
    public IndexEntry BeforeTimestamp(long timestampMs) => Index().BeforeTimestamp(timestampMs, BaseOffset);

    /// <summary>Writes the index file: everything up to here is sound.</summary>
    /// <param name="producers">The partition's producers at the end of this segment.</param>
    /// <param name="onDisk">Whether the log has been flushed to the disk.</param>
    public void WriteIndex(ReadOnlySpan<byte> producers, bool onDisk)
    {
        IndexHeader header = new(
            BaseOffset, EndOffset, LengthBytes, FirstTimestamp, MaxTimestamp, onDisk, Compacted);
        IndexFile.Write(_directory, header, producers, Index().Entries);
        CheckpointBytes = LengthBytes;
        IsSealed = onDisk;
    }

    /// <summary>
    /// Notes in the index file that the log is on the disk, and lets go of the index until it is needed.
    /// </summary>
    public void Seal()
    {
        if (CheckpointBytes == LengthBytes && IndexFile.TryReadProducers(_directory, BaseOffset) is { } producers)
        {
            WriteIndex(producers, onDisk: true);
            _index = LengthBytes == 0 ? _index : null;
        }
    }

    /// <summary>Deletes both files; readers that still have this segment notice.</summary>
    public void Delete()
    {
        File.Delete(FilePath);
        File.Delete(IndexFile.PathOf(_directory, BaseOffset));
        Dispose();
    }

    public void Dispose() => Handle.Dispose();

    private SegmentIndex Index()
    {
        if (_index is null)
        {
            List<IndexEntry> entries = IndexFile.TryReadEntries(_directory, BaseOffset)
                ?? SegmentScan.IndexOf(this, LengthBytes);
            _index = new SegmentIndex(entries);
            _sinceIndexed = entries.Count == 0 ? 0 : LengthBytes - entries[^1].Position;
            Debug.Assert(_sinceIndexed >= 0, "An index does not point beyond what it covers.");
        }

        return _index;
    }
}
