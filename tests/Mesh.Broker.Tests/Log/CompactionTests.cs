using Mesh.Broker.Tests.Wire;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Log;

public sealed class CompactionTests : IDisposable
{
    private const int DayMs = 24 * 60 * 60 * 1000;
    private static readonly string Filler = new('x', 200);

    private static readonly (string, string)[] Compacted =
    [
        ("cleanup.policy", "compact"), ("segment.bytes", "2048"), ("min.cleanable.dirty.ratio", "0"),
    ];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 1 << 20)]
    [InlineData(true, 0)]
    public void Keys_AfterAPass_HaveTheirLastValueAtItsOffset(bool gzip, long tailBytes)
    {
        using TestLog log = new(_directory, tailBytes, Compacted);
        Dictionary<string, long> last = Fill(log, 300, gzip);
        List<Keyed> before = log.ReadRecords();
        long active = ActiveBase();
        log.Log.Compact(default);

        List<Keyed> after = log.ReadRecords();
        Keyed[] expected = [.. before.Where(r => r.Offset >= active || LastBefore(before, active, r))];
        Assert.Equal(expected, after);
        Assert.True(after.Count < before.Count / 2, $"{after.Count} of {before.Count} are left.");
        Assert.All(last, k => Assert.Equal(k.Value, after.Last(r => r.Key == k.Key).Offset));
        Assert.Equal((0, 600), (log.Log.StartOffset, log.Log.EndOffset));
    }

    [Fact]
    public void Reads_FromEveryOffsetOfACompactedLog_GoOnAtTheNextThatIsLeft()
    {
        using TestLog log = new(_directory, 0, Compacted);
        Fill(log, 200);
        log.Log.Compact(default);
        List<Keyed> all = log.ReadRecords();
        for (long offset = 0; offset < log.Log.EndOffset; offset++)
        {
            Assert.Equal(all.Where(r => r.Offset >= offset), log.ReadRecords(offset, maxBytes: 700));
        }
    }

    [Fact]
    public void Restart_WithAndWithoutIndexes_FindsTheSame()
    {
        List<Keyed> after;
        using (TestLog log = new(_directory, 0, Compacted))
        {
            Fill(log, 200);
            log.Log.Compact(default);
            Fill(log, 20);
            after = log.ReadRecords();
        }

        using (TestLog again = new(_directory, 0, Compacted))
        {
            Assert.Equal(after, again.ReadRecords());
        }

        foreach (string index in Directory.GetFiles(_directory.Path, "*.index"))
        {
            File.Delete(index);
        }

        using TestLog bare = new(_directory, 0, Compacted);
        Assert.Equal(after, bare.ReadRecords());
        Assert.Empty(bare.Lines.Warnings);
        Assert.All(Enumerable.Range(0, 440), o => Assert.Equal(
            after.First(r => r.Offset >= o), bare.ReadRecords(o, maxBytes: 700)[0]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Timestamp_InTheMiddleOfABatch_FindsItsRecord(bool gzip)
    {
        using TestLog log = new(_directory);
        log.Append(gzip, new Keyed("a", "1", 1000), new Keyed("b", "2", 5000), new Keyed("c", "3", 3000));
        log.Append(gzip, new Keyed("d", "4", 4000), new Keyed("e", "5", 9000));
        Assert.Equal((0L, 1000L), log.Log.FindTimestamp(1000));
        Assert.Equal((1L, 5000L), log.Log.FindTimestamp(1001));
        Assert.Equal((4L, 9000L), log.Log.FindTimestamp(5001));
        Assert.Null(log.Log.FindTimestamp(9001));
        log.Log.DeleteBefore(2);
        Assert.Equal((2L, 3000L), log.Log.FindTimestamp(1000));
    }

    [Fact]
    public void Segments_ThatShrink_BecomeOne()
    {
        using TestLog log = new(_directory, 0, Compacted);
        Fill(log, 300);
        int before = Directory.GetFiles(_directory.Path, "*.log").Length;
        log.Log.Compact(default);
        Fill(log, 20);
        log.Log.Compact(default);
        Assert.True(Directory.GetFiles(_directory.Path, "*.log").Length < before / 4);
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.cleaned"));
    }

    [Fact]
    public void Start_AfterAKillBetweenSwapAndDeletion_LosesNothingAndServesNothingTwice()
    {
        TestLog killed = new(_directory, 0, Compacted);
        for (int i = 0; i < 100; i++)
        {
            killed.Append(false, new Keyed($"single-{i}", "1"), new Keyed("hot", Filler));
        }

        killed.Log.Compact(default);
        Fill(killed, 20);
        string progress = File.ReadAllText(Path.Combine(_directory.Path, "compacted"));
        SortedDictionary<string, byte[]> old = new(
            Directory.GetFiles(_directory.Path, "*.log").ToDictionary(f => f, File.ReadAllBytes));
        killed.Log.Compact(default);
        List<Keyed> after = killed.ReadRecords();
        killed.Kill();

        // As it was before the last segment that was merged into another was deleted.
        string[] left = Directory.GetFiles(_directory.Path, "*.log");
        string gone = old.Keys.Last(g => !File.Exists(g)
            && left.Any(f => BaseOf(f) < BaseOf(g) && BaseOf(g) < KeyedBatches.EndOffset(File.ReadAllBytes(f))));
        File.WriteAllBytes(gone, old[gone]);
        string merged = left.Where(f => BaseOf(f) < BaseOf(gone)).MaxBy(BaseOf)!;
        File.Delete(Path.ChangeExtension(merged, "index"));
        File.WriteAllText(Path.Combine(_directory.Path, "compacted"), progress);
        File.WriteAllText(Path.Combine(_directory.Path, "00000000000000000007.cleaned"), "half of it");

        using TestLog log = new(_directory, 0, Compacted);
        List<Keyed> found = log.ReadRecords();
        Assert.Equal(found.Select(r => r.Offset).Distinct().Order(), found.Select(r => r.Offset));
        Assert.Empty(after.Except(found));
        log.Log.Compact(default);
        Assert.Equal(after, log.ReadRecords());
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.cleaned"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tombstone_StaysForDeleteRetention_ThenGoes(bool gzip)
    {
        using TestLog log = new(_directory, 0, [.. Compacted, ("delete.retention.ms", "60000")]);
        log.Append(gzip, new Keyed("gone", "1"), new Keyed("stays", "1", 2000));
        log.Append(gzip, new Keyed("gone", null, 3000), new Keyed("other", "2", 5000));
        Fill(log, 20);
        log.Log.Compact(default);
        Assert.Equal(new Keyed("gone", null, 3000, 2), Assert.Single(log.ReadRecords(), r => r.Key == "gone"));
        log.Clock.NowMs += 59_999;
        log.Log.Compact(default);
        Assert.Single(log.ReadRecords(), r => r.Key == "gone");
        log.Clock.NowMs += 1;
        log.Log.Compact(default);
        Assert.DoesNotContain(log.ReadRecords(), r => r.Key == "gone");
        Assert.Contains(new Keyed("stays", "1", 2000, 1), log.ReadRecords());
        Assert.Contains(new Keyed("other", "2", 5000, 3), log.ReadRecords());
    }

    [Fact]
    public void Records_YoungerThanMinLag_AreLeftAlone()
    {
        using TestLog log = new(_directory, 0, [.. Compacted, ("min.compaction.lag.ms", "60000")]);
        Fill(log, 100, timestamp: log.Clock.NowMs);
        log.Log.Compact(default);
        Assert.Equal(200, log.ReadRecords().Count);
        log.Clock.NowMs += 60_001;
        log.Log.Compact(default);
        Assert.True(log.ReadRecords().Count < 50);
    }

    [Fact]
    public void Log_WithLittleDirt_IsLeftAloneUntilMaxLag()
    {
        (string, string)[] configs = [.. Compacted[..2],
            ("min.cleanable.dirty.ratio", "0.5"), ("max.compaction.lag.ms", "60000")];
        using TestLog log = new(_directory, 0, configs);
        for (int i = 0; i < 100; i++)
        {
            log.Append(false, new Keyed($"single-{i}", Filler, log.Clock.NowMs));
        }

        log.Log.Compact(default);
        Fill(log, 10, timestamp: log.Clock.NowMs);
        int dirty = log.ReadRecords().Count;
        log.Log.Compact(default);
        Assert.Equal(dirty, log.ReadRecords().Count);
        log.Clock.NowMs += 60_001;
        log.Log.Compact(default);
        Assert.Equal(107, log.ReadRecords().Count);
    }

    [Fact]
    public void CompactAndDelete_DoBoth()
    {
        (string, string)[] configs =
            [.. Compacted[1..], ("cleanup.policy", "compact,delete"), ("retention.ms", "60000")];
        using TestLog log = new(_directory, 0, configs);
        Fill(log, 100, timestamp: log.Clock.NowMs);
        log.Log.Compact(default);
        Assert.True(log.ReadRecords().Count < 50);
        log.Clock.NowMs += 60_001;
        log.Log.ApplyRetention();
        Assert.Empty(log.ReadRecords());
        Assert.Equal((200, 200), (log.Log.StartOffset, log.Log.EndOffset));
    }

    [Fact]
    public void Policy_ChangedAtRuntime_IsFollowed()
    {
        using TestLog log = new(_directory, 0, ("segment.bytes", "2048"));
        Fill(log, 100);
        log.Log.Compact(default);
        Assert.Equal(200, log.ReadRecords().Count);
        log.Log.Configure(TestLog.Settings(Compacted));
        log.Log.Compact(default);
        Assert.True(log.ReadRecords().Count < 50);
    }

    [Fact]
    public void Batches_ThatCannotBeOpened_StayWhole()
    {
        using TestLog log = new(_directory, 0, [.. Compacted, ("delete.retention.ms", "0")]);
        byte[] zstd = KeyedBatches.Make([new Keyed("a", "1"), new Keyed("a", "2")], attributes: 4);
        long opaque = log.Log.Append(zstd.ToArray()).BaseOffset;
        log.Append(false, new Keyed("a", null));
        Fill(log, 100);
        log.Log.Compact(default);
        log.Clock.NowMs += DayMs;
        log.Log.Compact(default);
        byte[] stored = log.ReadBytes(opaque, 1);
        Assert.Equal(zstd.AsSpan(BatchHeader.Size), stored.AsSpan(BatchHeader.Size));

        // What the batch holds may be the key's value: its deletion must not be forgotten.
        Assert.Equal(2, log.ReadRecords(2)[0].Offset);
    }

    [Fact]
    public void Damage_StopsCompactionAndIsSaid()
    {
        using TestLog log = new(_directory, 0, Compacted);
        Fill(log, 100);
        string file = Directory.GetFiles(_directory.Path, "*.log").Order().ElementAt(1);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[200] ^= 1;
        File.WriteAllBytes(file, bytes);
        log.Log.Compact(default);
        log.Log.Compact(default);
        Assert.Contains("is not compacted", Assert.Single(log.Lines.Warnings));
        Assert.Equal(bytes, File.ReadAllBytes(file));
    }

    [Fact]
    public void Record_WithoutAKey_IsRefused()
    {
        using TestLog log = new(_directory, 0, Compacted);
        byte[] batch = KeyedBatches.Make([new Keyed("a", "1"), new Keyed(null, "2")]);
        Assert.Equal(ErrorCode.InvalidRecord, log.Log.Append(batch).Error);
        Assert.Equal(0, log.Log.EndOffset);
    }

    /// <summary>Readers go on reading while a writer writes and the log is compacted and cut.</summary>
    [Fact]
    public async Task Reads_WhileTheLogIsCompacted_AreInOrderAndMissNoLastValue()
    {
        using TestLog log = new(_directory, 20_000, [.. Compacted, ("delete.retention.ms", "0")]);
        using CancellationTokenSource stop = new();
        Task compacting = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                log.Clock.NowMs += 10;
                log.Log.Compact(default);
                log.Log.ApplyRetention();
                log.Log.SealSegments();
            }
        });
        Task<int>[] readers = [.. Enumerable.Range(0, 2).Select(i => Task.Run(() => ReadUntil(log, stop.Token, i)))];
        Dictionary<string, long> last = Fill(log, 3000);
        await stop.CancelAsync();
        await compacting;
        Assert.All(await Task.WhenAll(readers), rounds => Assert.True(rounds > 0));
        log.Log.Compact(default);
        List<Keyed> after = log.ReadRecords();
        Assert.All(last, k => Assert.Equal(k.Value, after.Last(r => r.Key == k.Key).Offset));
        Assert.True(after.Count < 100, $"{after.Count} are left.");
        Assert.True(log.Counters.Compactions.Value > 1);
        Assert.Empty(log.Lines.Warnings);
    }

    private static int ReadUntil(TestLog log, CancellationToken stop, int seed)
    {
        int rounds = 0;
        Random random = new(seed);
        for (; !stop.IsCancellationRequested || rounds == 0; rounds++)
        {
            long at = random.NextInt64(0, log.Log.EndOffset + 1);
            long end = log.Log.EndOffset;
            byte[] bytes = log.ReadBytes(at, 4000);
            Assert.True(at >= end || bytes.Length > 0, $"Nothing at {at}, though the log went on to {end}.");
            Keyed[] read = [.. KeyedBatches.Open(bytes)];
            Assert.Equal(read.OrderBy(r => r.Offset), read);
            Assert.All(read, r => Assert.StartsWith($"{r.Offset} ", r.Value));
        }

        return rounds;
    }

    private static bool LastBefore(List<Keyed> all, long end, Keyed record) =>
        all.Last(r => r.Offset < end && r.Key == record.Key).Offset == record.Offset;

    /// <summary>Two records a batch, of seven keys; the last offset of each.</summary>
    private static Dictionary<string, long> Fill(TestLog log, int batches, bool gzip = false, long timestamp = 1000)
    {
        Dictionary<string, long> last = [];
        Random random = new(5);
        for (int i = 0; i < batches; i++)
        {
            long offset = log.Log.EndOffset;
            Keyed[] records = [.. Enumerable.Range(0, 2).Select(n =>
                new Keyed($"key-{random.Next(7)}", $"{offset + n} {Filler}", timestamp))];
            log.Append(gzip, records);
            last[records[0].Key!] = offset;
            last[records[1].Key!] = offset + 1;
        }

        return last;
    }

    private static long BaseOf(string file) => long.Parse(Path.GetFileNameWithoutExtension(file));

    private long ActiveBase() => Directory.GetFiles(_directory.Path, "*.log").Max(BaseOf);
}
