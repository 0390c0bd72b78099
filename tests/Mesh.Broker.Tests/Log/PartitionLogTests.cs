using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Log;

public sealed class PartitionLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(0)]
    public void Read_FromEveryOffset_BeginsWithTheBatchThatHoldsIt(long tailBytes)
    {
        using TestLog log = new(_directory, tailBytes, ("segment.bytes", "20000"));
        Random random = new(7);
        List<long> bases = [];
        for (int i = 0; i < 300; i++)
        {
            bases.Add(log.Append(random.Next(1, 5), random.Next(10, 3000)));
        }

        for (long offset = 0; offset < log.Log.EndOffset; offset++)
        {
            long holder = bases.Last(b => b <= offset);
            foreach (int maxBytes in (int[])[1, 500, 5000, 1 << 20])
            {
                long[] read = log.Read(offset, maxBytes);
                Assert.Equal(bases.Where(b => b >= holder).Take(read.Length), read);
                Assert.NotEmpty(read);
            }
        }

        Assert.Empty(log.Read(log.Log.EndOffset));
    }

    [Fact]
    public void Tail_OverItsMemoryLimit_LosesTheOldestChunks()
    {
        using TestLog log = new(_directory, tailBytes: 200_000);
        for (int i = 0; i < 1000; i++)
        {
            log.Append(payload: 1000);
        }

        Assert.InRange(log.Tails.UsedBytes, 1, 200_000);
        Assert.Equal(0, log.Read(0)[0]);
        Assert.Equal(999, log.Read(999)[0]);
    }

    [Fact]
    public void Retention_ByTime_GoesByTheRecordsTimestampsAndKeepsTheEndOffset()
    {
        using (TestLog log = new(_directory, configs: [("segment.bytes", "1024"), ("retention.ms", "60000")]))
        {
            for (int i = 0; i < 30; i++)
            {
                log.Append(payload: 200, timestamp: 1_000_000 + (i * 10_000));
            }

            log.Clock.NowMs = 1_000_000 + 200_000;
            log.Log.ApplyRetention();
            Assert.InRange(log.Log.StartOffset, 10, 14);
            log.Clock.NowMs = 10_000_000;
            log.Log.ApplyRetention();
            Assert.Equal((30, 30), (log.Log.StartOffset, log.Log.EndOffset));
        }

        using TestLog again = new(_directory);
        Assert.Equal((30, 30), (again.Log.StartOffset, again.Log.EndOffset));
        Assert.Equal(30, again.Append());
    }

    [Fact]
    public void Retention_BySize_KeepsAtLeastThatMuch()
    {
        using TestLog log = new(_directory, configs:
            [("segment.bytes", "1024"), ("retention.bytes", "3000"), ("retention.ms", "-1")]);
        for (int i = 0; i < 30; i++)
        {
            log.Append(payload: 200);
        }

        log.Log.ApplyRetention();
        Assert.InRange(Directory.GetFiles(_directory.Path, "*.log").Sum(f => new FileInfo(f).Length), 3000, 4100);
        Assert.Equal(log.Log.StartOffset, log.Read(log.Log.StartOffset)[0]);
    }

    [Fact]
    public async Task Retention_WhileReadersRead_TakesNothingThatIsKept()
    {
        using TestLog log = new(_directory, 10_000,
            ("segment.bytes", "2048"), ("retention.bytes", "8000"), ("retention.ms", "-1"));
        log.Append();
        using CancellationTokenSource stop = new();
        Task<int>[] readers = [.. Enumerable.Range(0, 2).Select(seed => Task.Run(() =>
        {
            Random random = new(seed);
            int read = 0;
            while (!stop.IsCancellationRequested)
            {
                long end = log.Log.EndOffset;
                long at = random.NextInt64(log.Log.StartOffset, end);
                long[] found = log.Read(at, 3000);
                Assert.Equal(found.Length == 0 ? [] : Enumerable.Range(0, found.Length).Select(i => at + i), found);
                Assert.True(found.Length > 0 || at < log.Log.StartOffset, $"{at} is kept, and was not read.");
                read += found.Length;
            }

            return read;
        }))];
        for (int i = 0; i < 5000; i++)
        {
            log.Append(payload: 150);
            if (i % 20 == 0)
            {
                log.Log.ApplyRetention();
            }
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), read => Assert.True(read > 0));
        Assert.True(log.Log.StartOffset > 4900);
        Assert.Empty(log.Lines.Warnings);
    }

    [Fact]
    public void DeleteBefore_AnOffsetInsideASegment_HoldsOverARestart()
    {
        using (TestLog log = new(_directory))
        {
            log.Append(records: 10);
            log.Append(records: 10);
            Assert.Equal((ErrorCode.None, 12L), log.Log.DeleteBefore(12));
            Assert.Equal(ErrorCode.OffsetOutOfRange, log.Log.DeleteBefore(21).Error);
        }

        using TestLog again = new(_directory);
        Assert.Equal((12, 20), (again.Log.StartOffset, again.Log.EndOffset));
    }

    [Fact]
    public void LogAppendTime_StampsTheBatchAndItsChecksumHolds()
    {
        using TestLog log = new(_directory, configs: ("message.timestamp.type", "LogAppendTime"));
        Assert.Equal(1_000_000, log.Log.Append(Wire.Batches.Make()).AppendTimeMs);
        Assert.Equal([0], log.Read(0));
        Assert.Equal((0L, 1_000_000L), log.Log.FindTimestamp(999_999));
    }
}
