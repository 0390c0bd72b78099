using System.Globalization;
using Mesh.Broker.Producers;

namespace Mesh.Broker.Log;

/// <summary>
/// The start and the end: what index files say is believed, the rest is read and checked; at a clean stop there is no
/// rest. A kill leaves at most what was appended since an index was last written.
/// </summary>
internal sealed partial class PartitionLog
{
    private const string StartOffsetFile = "start-offset";

    private void Recover()
    {
        DeleteUnfinished();
        long[] bases = [.. Directory.EnumerateFiles(_directory, "*" + Segment.Extension)
            .Select(f => long.Parse(Path.GetFileNameWithoutExtension(f), CultureInfo.InvariantCulture))
            .Order()];
        Segment[] found = [.. bases.Select(b => new Segment(_directory, b))];
        int known = LoadProducers(found);
        long nowMs = _context.NowMs();
        for (int i = 0; i < found.Length; i++)
        {
            _segments.Add(found[i]);
            Check(found[i], i + 1 < found.Length ? found[i + 1].BaseOffset : null, i >= known, nowMs);
            _endOffset = found[i].EndOffset;
        }

        if (_segments.Count == 0)
        {
            Roll();
        }

        string startFile = Path.Combine(_directory, StartOffsetFile);
        long start = File.Exists(startFile)
            ? long.Parse(File.ReadAllText(startFile), CultureInfo.InvariantCulture)
            : 0;
        _startOffset = Math.Min(_endOffset, Math.Max(start, _segments[0].BaseOffset));
    }

    /// <summary>
    /// Reads every segment's index header, and the producers from the last one that has them; which that is, -1 when
    /// none. The batches behind it bring the producers up to date.
    /// </summary>
    private int LoadProducers(Segment[] segments)
    {
        int known = -1;
        for (int i = segments.Length - 1; i >= 0; i--)
        {
            if (!segments[i].TryLoad() || known >= 0)
            {
                continue;
            }

            if (IndexFile.TryReadProducers(_directory, segments[i].BaseOffset) is { } producers
                && _producers.TryLoad(producers))
            {
                known = i;
            }
            else
            {
                segments[i].Unload();
            }
        }

        return known;
    }

    private void Check(Segment segment, long? nextBase, bool producersToo, long nowMs)
    {
        ProducerStates? producers = producersToo ? _producers : null;
        SegmentScan.Result result = SegmentScan.Run(segment, nextBase, producers, nowMs);
        foreach (Damage damage in result.Damages)
        {
            _context.Counters.DamagedRanges.Increment();
            BrokerMessages.DamageFound(
                _context.Logger, Name, damage.Bytes, damage.Position, segment.FilePath, damage.FirstOffset,
                damage.NextOffset);
        }

        if (result.InvalidBytes > 0)
        {
            BrokerMessages.TailCut(
                _context.Logger, Name, segment.FilePath, result.InvalidBytes, segment.EndOffset);
            RandomAccess.SetLength(segment.Handle, segment.LengthBytes);
        }
    }

    /// <summary>What a kill has left of files that were being written aside.</summary>
    private void DeleteUnfinished()
    {
        string[] unfinished = [.. Directory.EnumerateFiles(_directory, "*.tmp"),
            .. Directory.EnumerateFiles(_directory, "*" + Segment.CleanedExtension)];
        foreach (string file in unfinished)
        {
            File.Delete(file);
        }
    }

    /// <summary>Writes the indexes that are behind their segments.</summary>
    private void WriteIndexes()
    {
        foreach (Segment segment in _segments)
        {
            if (segment.CheckpointBytes < segment.LengthBytes)
            {
                TryWriteIndex(segment);
            }
        }
    }

    /// <summary>
    /// Writes a segment's index. It only spares work at the next start, so that a failure is no more than a log line.
    /// </summary>
    private void TryWriteIndex(Segment segment)
    {
        try
        {
            segment.WriteIndex(_producers.Save(), onDisk: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            BrokerMessages.IndexFailed(_context.Logger, Name, e);
        }
    }
}
