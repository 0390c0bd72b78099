using Mesh.Broker.Log;
using Mesh.Broker.Tests.Wire;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Log;

/// <summary>One partition's log over a directory, with what is read taken apart into batches.</summary>
internal sealed class TestLog : IDisposable
{
    public TestLog(TemporaryDirectory directory, long tailBytes = 1 << 20, params (string Key, string Value)[] configs)
    {
        Tails = new TailMemory(tailBytes);
        LogContext context = new(Tails, false, Clock, Lines);
        Counters = context.Counters;
        Log = new PartitionLog("t-0", directory.Path, Settings(configs), context);
    }

    public LogCounters Counters { get; }

    public LogLines Lines { get; } = new();

    public TailMemory Tails { get; }

    public SettableClock Clock { get; } = new();

    public PartitionLog Log { get; }

    public static TopicSettings Settings(params (string Key, string Value)[] configs) =>
        TopicSettings.From(configs.ToDictionary(c => c.Key, c => c.Value));

    /// <summary>What the last read came with.</summary>
    public ErrorCode LastError { get; private set; }

    public long Append(
        int records = 1, int payload = 100, long timestamp = 1000, long producerId = -1, int sequence = -1)
    {
        short epoch = (short)(producerId < 0 ? -1 : 0);
        AppendResult result = Log.Append(
            Batches.Make(records, producerId, epoch, sequence, payload, timestamp));
        Assert.Equal(ErrorCode.None, result.Error);
        return result.BaseOffset;
    }

    /// <summary>Appends one batch of such records.</summary>
    public long Append(bool gzip, params Keyed[] records)
    {
        AppendResult result = Log.Append(KeyedBatches.Make(records, gzip));
        Assert.Equal(ErrorCode.None, result.Error);
        return result.BaseOffset;
    }

    /// <summary>The base offsets of the batches that one read gives; every one is whole and sound.</summary>
    public long[] Read(long offset, int maxBytes = int.MaxValue)
    {
        byte[] bytes = ReadBytes(offset, maxBytes);
        List<long> offsets = [];
        for (int at = 0; at < bytes.Length;)
        {
            BatchHeader batch = new(bytes.AsSpan(at));
            Assert.Equal(batch.Crc, BatchHeader.ComputeCrc(bytes.AsSpan(at, (int)batch.TotalBytes)));
            offsets.Add(batch.BaseOffset);
            at += (int)batch.TotalBytes;
        }

        return [.. offsets];
    }

    /// <summary>All records from an offset on, as a consumer would read them: fetch after fetch.</summary>
    public List<Keyed> ReadRecords(long offset = 0, int maxBytes = int.MaxValue)
    {
        List<Keyed> records = [];
        while (offset < Log.EndOffset)
        {
            byte[] bytes = ReadBytes(offset, maxBytes);
            if (bytes.Length == 0)
            {
                break;
            }

            records.AddRange(KeyedBatches.Open(bytes).Where(r => r.Offset >= offset));
            offset = KeyedBatches.EndOffset(bytes);
        }

        return records;
    }

    public byte[] ReadBytes(long offset, int maxBytes)
    {
        RecordSink sink = new();
        sink.Begin(1000);
        int read = Log.Read(offset, maxBytes, atLeastOne: true, sink, out ErrorCode error);
        LastError = error;
        WireWriter writer = new(16);
        sink.MoveTo(writer);
        byte[] bytes = [.. writer.Parts().SelectMany(p => p)];
        writer.Clear();
        Assert.Equal(read, bytes.Length);
        return bytes;
    }

    /// <summary>As a killed process leaves it: what is written is written, and nothing is put in order.</summary>
    public void Kill() => Log.Discard();

    public void Dispose() => Log.Dispose();
}

/// <summary>A clock that stands where it is put.</summary>
internal sealed class SettableClock : TimeProvider
{
    public long NowMs { get; set; } = 1_000_000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
}
