using System.Diagnostics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Log;

public sealed class RecoveryTests : IDisposable
{
    private static readonly (string, string) SmallSegments = ("segment.bytes", "1024");
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Start_AfterACleanStop_ReadsNoLog()
    {
        WriteBatches(10);
        string file = TheSegment();

        // A start that read the log would find this and cut the log there.
        Flip(file, BatchAt(file, 4) + 100);
        using TestLog log = new(_directory);
        Assert.Empty(log.Lines.Warnings);
        Assert.Equal(10, log.Log.EndOffset);
        Assert.Equal(10, log.Append());
    }

    [Fact]
    public void Start_AfterAKill_ReadsOnlyWhatNoIndexCovers()
    {
        WriteBatches(10);
        TestLog killed = new(_directory);
        killed.Append();
        killed.Append();
        killed.Kill();
        string file = TheSegment();
        Flip(file, BatchAt(file, 4) + 100);
        Flip(file, BatchAt(file, 11) + 100);

        using TestLog log = new(_directory);
        Assert.Equal(11, log.Log.EndOffset);
        Assert.Contains("the log ends at 11", Assert.Single(log.Lines.Warnings));
    }

    [Fact]
    public void Start_WithAnIndexOfALongerLog_DoesNotBelieveIt()
    {
        WriteBatches(10);
        using (FileStream stream = new(TheSegment(), FileMode.Open))
        {
            stream.SetLength(BatchAt(TheSegment(), 6) + 30);
        }

        using TestLog log = new(_directory);
        Assert.Equal(6, log.Log.EndOffset);
        Assert.Contains("cut 30 bytes", Assert.Single(log.Lines.Warnings));
        Assert.Equal([0, 1, 2, 3, 4, 5], log.Read(0));
    }

    [Fact]
    public void Start_WithADamagedIndex_ReadsTheLogInstead()
    {
        WriteBatches(40, SmallSegments);
        foreach (string index in Directory.GetFiles(_directory.Path, "*.index"))
        {
            Flip(index, 30);
        }

        using TestLog log = new(_directory, configs: SmallSegments);
        Assert.Equal(40, log.Log.EndOffset);
        Assert.Empty(log.Lines.Warnings);
        Assert.All(Enumerable.Range(0, 40), o => Assert.Equal(o, log.Read(o)[0]));
    }

    [Fact]
    public void Start_WithDamagedEntries_MakesThemAnew()
    {
        WriteBatches(3000);
        string index = Assert.Single(Directory.GetFiles(_directory.Path, "*.index"));
        Flip(index, (int)new FileInfo(index).Length - 5);

        using TestLog log = new(_directory, tailBytes: 0);
        Assert.Equal(2500, log.Read(2500, 100)[0]);
        Assert.Equal(0, log.Read(0, 100)[0]);
    }

    [Fact]
    public void Tail_TornInAWrite_IsCutWithALine()
    {
        WriteBatches(10, kill: true);
        string file = TheSegment();
        long whole = new FileInfo(file).Length;
        Append(file, Batch(10).AsSpan(0, 90));

        using TestLog log = new(_directory);
        Assert.Equal(10, log.Log.EndOffset);
        Assert.Equal(whole, new FileInfo(file).Length);
        Assert.Contains("cut 90 bytes", Assert.Single(log.Lines.Warnings));
        Assert.Equal(10, log.Append());
        Assert.Equal(11, log.Read(0).Length);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(16)]
    public void Tail_WithAFlippedBit_IsCutWithALine(int place)
    {
        WriteBatches(10, kill: true);
        string file = TheSegment();
        Flip(file, BatchAt(file, 9) + place);

        using TestLog log = new(_directory);
        Assert.Equal(9, log.Log.EndOffset);
        Assert.Contains("the log ends at 9", Assert.Single(log.Lines.Warnings));
        Assert.Equal(9, log.Append());
    }

    [Fact]
    public void Tail_OfGarbageThatClaimsALargeBatch_IsCut()
    {
        WriteBatches(1, kill: true);
        Append(TheSegment(), Enumerable.Repeat((byte)0x7F, 5000).ToArray());
        using TestLog log = new(_directory);
        Assert.Equal(1, log.Log.EndOffset);
    }

    /// <summary>In the records, the base offset, the length, the magic, and the last offset.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(16)]
    [InlineData(26)]
    public void Middle_WithAFlippedBit_IsReportedAndNeverServed(int place)
    {
        WriteBatches(10, kill: true);
        string file = TheSegment();
        Flip(file, BatchAt(file, 4) + place);

        using TestLog log = new(_directory, tailBytes: 0);
        Assert.Equal(10, log.Log.EndOffset);
        Assert.Contains("offsets 4 to before 5 are not served", Assert.Single(log.Lines.Warnings));
        AssertServedButForOne(log, 4, 10);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(26)]
    public void Middle_WithABitFlippedBehindTheIndex_IsReportedWhenItIsRead(int place)
    {
        WriteBatches(10);
        string file = TheSegment();
        Flip(file, BatchAt(file, 4) + place);

        using TestLog log = new(_directory, tailBytes: 0);
        Assert.Empty(log.Lines.Warnings);
        Assert.Equal([0, 1, 2, 3], log.Read(0));
        Assert.Empty(log.Read(4));
        Assert.Equal(ErrorCode.CorruptMessage, log.LastError);
        Assert.Empty(log.Read(4));
        Assert.Contains("does not have its checksum", Assert.Single(log.Lines.Warnings));
        Assert.Equal(2, log.Counters.CorruptReads.Value);
    }

    [Fact]
    public void Middle_DamagedWhileTheBrokerRuns_IsNotServed()
    {
        using TestLog log = new(_directory, tailBytes: 0);
        for (int i = 0; i < 10; i++)
        {
            log.Append();
        }

        Assert.Equal(10, log.Read(0).Length);
        Flip(TheSegment(), BatchAt(TheSegment(), 4) + 100);
        AssertServedButForOne(log, 4, 10);
    }

    [Fact]
    public void Segment_DamagedAtItsEnd_KeepsTheLaterOnes()
    {
        WriteBatches(30, SmallSegments, kill: true);
        string[] files = [.. Directory.GetFiles(_directory.Path, "*.log").Order()];
        foreach (string index in Directory.GetFiles(_directory.Path, "*.index"))
        {
            File.Delete(index);
        }

        long last = long.Parse(Path.GetFileNameWithoutExtension(files[2])) - 1;
        Flip(files[1], (int)new FileInfo(files[1]).Length - 1);

        using TestLog log = new(_directory, tailBytes: 0, SmallSegments);
        Assert.Contains($"offsets {last} to before {last + 1}", Assert.Single(log.Lines.Warnings));
        AssertServedButForOne(log, last, 30);
    }

    /// <summary>The base offset lies outside the checksum: a flipped bit of it must not hide what follows.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    public void Segment_WithAFlippedBaseOffsetAndNoIndex_KeepsTheLaterOnes(int place)
    {
        WriteBatches(30, SmallSegments, kill: true);
        string[] files = [.. Directory.GetFiles(_directory.Path, "*.log").Order()];
        Array.ForEach(Directory.GetFiles(_directory.Path, "*.index"), File.Delete);
        long damaged = long.Parse(Path.GetFileNameWithoutExtension(files[1])) + 1;
        Flip(files[1], BatchAt(files[1], 1) + place);

        using TestLog log = new(_directory, tailBytes: 0, SmallSegments);
        Assert.Contains($"offsets {damaged} to before {damaged + 1}", Assert.Single(log.Lines.Warnings));
        AssertServedButForOne(log, damaged, 30);
    }

    [Fact]
    public void Producers_OfSegmentsThatAreGone_AreKnownAfterAKill()
    {
        (string, string)[] configs = [SmallSegments, ("retention.ms", "1")];
        TestLog killed = new(_directory, configs: configs);
        for (int i = 0; i < 20; i++)
        {
            killed.Append(payload: 200, producerId: 7, sequence: i);
        }

        killed.Log.ApplyRetention();
        Assert.Equal(20, killed.Log.StartOffset);
        killed.Kill();

        using TestLog log = new(_directory, configs: configs);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, log.Log.Append(Of(7, 25)).Error);
        Assert.Equal(18, log.Log.Append(Of(7, 18)).BaseOffset);
        Assert.Equal(20, log.Log.Append(Of(7, 20)).BaseOffset);
    }

    [Fact]
    public void Producers_SilentForTooLong_AreForgotten()
    {
        using TestLog log = new(_directory);
        log.Append(producerId: 7, sequence: 0);
        log.Clock.NowMs += Limits.ProducerExpiryMs;
        log.Log.ApplyRetention();
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, log.Log.Append(Of(7, 9)).Error);
        log.Clock.NowMs++;
        log.Log.ApplyRetention();
        Assert.Equal(ErrorCode.None, log.Log.Append(Of(7, 9)).Error);
    }

    /// <summary>
    /// A log is cut at every byte, as a kill in the middle of a write leaves it; what is whole is there, and no more.
    /// </summary>
    [Fact]
    public void Log_CutAtAnyByte_HoldsTheWholeBatches()
    {
        WriteBatches(3, kill: true);
        byte[] bytes = File.ReadAllBytes(TheSegment());
        int size = BatchAt(TheSegment(), 1);
        Debug.Assert(bytes.Length == 3 * size, "All batches are of one size.");
        for (int length = 0; length <= bytes.Length; length++)
        {
            File.WriteAllBytes(TheSegment(), bytes[..length]);
            TestLog log = new(_directory, tailBytes: 0);
            Assert.Equal(length / size, log.Log.EndOffset);
            Assert.Equal(length / size, log.Read(0).Length);
            Assert.Equal(length % size == 0 ? 0 : 1, log.Lines.Warnings.Count());
            log.Kill();
        }
    }

    private static byte[] Batch(long offset)
    {
        byte[] batch = Wire.Batches.Make(payload: 100);
        BatchHeader.Place(batch, offset, 0);
        return batch;
    }

    private static byte[] Of(long producer, int sequence) => Wire.Batches.Make(1, producer, 0, sequence);

    private static void Flip(string file, int position)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.Position = position;
        int value = stream.ReadByte();
        stream.Position = position;
        stream.WriteByte((byte)(value ^ 4));
    }

    private static void Append(string file, ReadOnlySpan<byte> bytes)
    {
        using FileStream stream = new(file, FileMode.Append);
        stream.Write(bytes);
    }

    private static int BatchAt(string file, int number)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int at = 0;
        for (int i = 0; i < number; i++)
        {
            at += (int)new BatchHeader(bytes.AsSpan(at)).TotalBytes;
        }

        return at;
    }

    private static void AssertServedButForOne(TestLog log, long damaged, long end)
    {
        for (long offset = 0; offset < end; offset++)
        {
            long[] read = log.Read(offset);
            Assert.Equal(offset == damaged ? ErrorCode.CorruptMessage : ErrorCode.None, log.LastError);
            Assert.Equal(offset == damaged ? [] : [offset], read.Take(1));
            Assert.DoesNotContain(damaged, read);
        }
    }

    private string TheSegment() => Assert.Single(Directory.GetFiles(_directory.Path, "*.log"));

    private void WriteBatches(int count, (string, string)? config = null, bool kill = false)
    {
        TestLog log = new(_directory, configs: config is { } one ? [one] : []);
        for (int i = 0; i < count; i++)
        {
            log.Append();
        }

        if (kill)
        {
            log.Kill();
        }
        else
        {
            log.Dispose();
        }
    }
}
