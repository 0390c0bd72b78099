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
        TopicSettings settings = TopicSettings.From(configs.ToDictionary(c => c.Key, c => c.Value));
        Log = new PartitionLog("t-0", directory.Path, settings, new LogContext(Tails, false, Clock, Lines));
    }

    public LogLines Lines { get; } = new();

    public TailMemory Tails { get; }

    public SettableClock Clock { get; } = new();

    public PartitionLog Log { get; }

    public long Append(int records = 1, int payload = 100, long timestamp = 1000)
    {
        AppendResult result = Log.Append(Batches.Make(records, payload: payload, timestamp: timestamp));
        Assert.Equal(ErrorCode.None, result.Error);
        return result.BaseOffset;
    }

    /// <summary>The base offsets of the batches that one read gives; every one is whole and sound.</summary>
    public long[] Read(long offset, int maxBytes = int.MaxValue)
    {
        RecordSink sink = new();
        sink.Begin(1000);
        int read = Log.Read(offset, maxBytes, atLeastOne: true, sink);
        WireWriter writer = new(16);
        sink.MoveTo(writer);
        byte[] bytes = [.. writer.Parts().SelectMany(p => p)];
        writer.Clear();
        Assert.Equal(read, bytes.Length);
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

    public void Dispose() => Log.Dispose();
}

/// <summary>A clock that stands where it is put.</summary>
internal sealed class SettableClock : TimeProvider
{
    public long NowMs { get; set; } = 1_000_000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
}
