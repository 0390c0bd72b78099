using Confluent.Kafka;
using Mesh.Bus.Tests.Broker;

namespace Mesh.Bus.Tests;

/// <summary>What <see cref="TopicReader"/> does at any broker.</summary>
public abstract partial class TopicReaderSuite(IBroker broker)
{
    [BrokerFact]
    public async Task Reader_FromAnOffset_BeginsThere()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 100);
        var received = new Received();
        await using TopicReader reader = Read(topic, received, [new TopicStart(0, 40)]);

        List<FetchedRecord> records = await received.CountAsync(60);
        Assert.Equal(Enumerable.Range(40, 60), records.Select(r => BitConverter.ToInt32(r.Value)));
        Assert.Equal(Enumerable.Range(40, 60).Select(o => (long)o), records.Select(r => r.Offset));
        Assert.All(records, r => Assert.True(r is { Key: null, Origin: null }));
    }

    [BrokerFact]
    public async Task Reader_AtTheEnd_IsWokenByWhatArrives()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 10);
        var received = new Received();
        await using TopicReader reader = Read(topic, received, [new TopicStart(0, 10)]);
        broker.Fill(topic, 0, 5);

        List<FetchedRecord> records = await received.CountAsync(5);
        Assert.Equal([10L, 11, 12, 13, 14], records.Select(r => r.Offset));
    }

    [BrokerFact]
    public async Task Reader_MuchThere_DrainsItInBatches()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 5000);
        var received = new Received();
        await using TopicReader reader = Read(topic, received, [new TopicStart(0, 0)], maxBatch: 100);
        await received.CountAsync(5000);

        Assert.All(received.Batches, batch => Assert.InRange(batch.Records.Length, 1, 100));
        Assert.Contains(received.Batches, batch => batch.Records.Length == 100);
        Assert.Equal(Enumerable.Range(0, 5000), received.Records.Select(r => BitConverter.ToInt32(r.Value)));
    }

    [BrokerFact]
    public async Task Reader_DeliveryBlocks_FetchesNoMoreThanItsQueueHolds()
    {
        // What the reader has fetched ahead is what it still delivers after the log behind it was deleted.
        const int count = 10_000, bytes = 4096;
        string topic = await broker.NewTopicAsync(codec: BusCodec.None);
        broker.Fill(topic, 0, count, bytes);
        using var release = new ManualResetEventSlim();
        var blocked = new Received();
        await using TopicReader reader = Read(
            topic, blocked, [new TopicStart(0, 0)], queuedKbytes: 1024, deliver: batch =>
            {
                blocked.Add(batch);
                return release.Wait(BusBench.Deadline);
            });
        await blocked.CountAsync(1);

        // Another reader, which nobody blocks, reads all of it meanwhile: there was time enough to fetch everything.
        var free = new Received();
        await using (TopicReader other = Read(topic, free, [new TopicStart(0, 0)]))
        {
            await free.CountAsync(count);
        }

        using (IAdminClient admin = broker.Admin())
        {
            await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, count)]);
        }

        release.Set();
        Assert.IsType<OffsetOutsideLogException>(await blocked.Failure.WaitAsync(BusBench.Deadline));
        Assert.InRange(blocked.Records.Count, 1, count / 4);
    }

    [BrokerFact]
    public async Task Reader_OffsetBeyondTheLog_ReportsIt()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 10);
        var received = new Received();
        await using TopicReader reader = Read(topic, received, [new TopicStart(0, 1000)]);

        var error = Assert.IsType<OffsetOutsideLogException>(await received.Failure.WaitAsync(BusBench.Deadline));
        Assert.Equal((topic, 0, (0L, 10L)), (error.Topic, error.Partition, error.Log));
        Assert.Contains($"Topic {topic}, partition 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("holds 0 to 9", error.Message, StringComparison.Ordinal);
        string command = $"kafka-get-offsets.sh --bootstrap-server {broker.BootstrapServers}";
        Assert.Contains(command, error.Message, StringComparison.Ordinal);
        Assert.Empty(received.Records);
    }

    [BrokerFact]
    public async Task Reader_OffsetDeletedFromTheLog_ReportsIt()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 10);
        using (IAdminClient admin = broker.Admin())
        {
            await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 5)]);
        }

        var received = new Received();
        await using TopicReader reader = Read(topic, received, [new TopicStart(0, 4)]);
        var error = Assert.IsType<OffsetOutsideLogException>(await received.Failure.WaitAsync(BusBench.Deadline));
        Assert.Equal((4L, (5L, 10L)), (error.Offset, error.Log));

        var rest = new Received();
        await using TopicReader other = Read(topic, rest, [new TopicStart(0, TopicStart.Beginning)]);
        Assert.Equal(5, (await rest.CountAsync(5))[0].Offset);
    }

    [BrokerFact]
    public async Task Reader_RecordBeforeIsTheSame_BeginsAtItsOffset()
    {
        string topic = await broker.NewTopicAsync(partitions: 2);
        broker.Fill(topic, 0, 10);
        broker.Fill(topic, 1, 10);
        var received = new Received();
        await using TopicReader reader = Read(
            topic, received, [new TopicStart(0, 4) { Before = Sum(3) }, new TopicStart(1, 10) { Before = Sum(9) }]);
        await received.CountAsync(6);
        broker.Fill(topic, 1, 1);

        List<FetchedRecord> records = await received.CountAsync(7);
        Assert.Equal([4L, 5, 6, 7, 8, 9], records.Where(r => r.Partition == 0).Select(r => r.Offset));
        Assert.Equal(10, Assert.Single(records, r => r.Partition == 1).Offset);
    }

    [BrokerFact]
    public async Task Reader_RecordBeforeIsAnother_ReportsItAndHandsNothingOver()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 10);
        var received = new Received();
        await using TopicReader reader = Read(topic, received, [new TopicStart(0, 4) { Before = Sum(4) }]);

        var error = Assert.IsType<RecordReplacedException>(await received.Failure.WaitAsync(BusBench.Deadline));
        Assert.Equal((topic, 0, 3L), (error.Topic, error.Partition, error.Offset));
        Assert.Contains("kafka-get-offsets.sh", error.Message, StringComparison.Ordinal);
        Assert.Empty(received.Records);
    }

    [BrokerFact]
    public async Task Reader_RecordBeforeIsDeleted_BeginsAtItsOffset()
    {
        string topic = await broker.NewTopicAsync(partitions: 2);
        broker.Fill(topic, 0, 10);
        broker.Fill(topic, 1, 10);
        using (IAdminClient admin = broker.Admin())
        {
            await admin.DeleteRecordsAsync([new(topic, 0, 5), new(topic, 1, 10)]);
        }

        var received = new Received();
        await using TopicReader reader = Read(
            topic, received, [new TopicStart(0, 5) { Before = Sum(4) }, new TopicStart(1, 10) { Before = Sum(9) }]);
        await received.CountAsync(5);
        broker.Fill(topic, 1, 1);
        List<FetchedRecord> records = await received.CountAsync(6);
        Assert.Equal([5L, 6, 7, 8, 9], records.Where(r => r.Partition == 0).Select(r => r.Offset));
        Assert.All(records, r => Assert.Equal(r.Partition + 1, r.Assignment));

        await using TopicReader behind = Read(topic, received, [new TopicStart(0, 4) { Before = Sum(3) }]);
        Assert.IsType<OffsetOutsideLogException>(await received.Failure.WaitAsync(BusBench.Deadline));
    }

    [BrokerFact]
    public async Task Reader_PartitionPaused_ReadsTheOthersAndGoesOnLater()
    {
        string topic = await broker.NewTopicAsync(partitions: 2);
        var received = new Received();
        await using TopicReader reader = Read(topic, received, [new TopicStart(0, 0), new TopicStart(1, 0)]);
        broker.Fill(topic, 0, 10);
        await received.CountAsync(10);
        reader.Pause(0);
        broker.Fill(topic, 0, 10);
        broker.Fill(topic, 1, 10);
        List<FetchedRecord> records = await received.CountAsync(20);
        Assert.Equal(10, records.Count(r => r.Partition == 1));

        reader.Resume(0);
        records = await received.CountAsync(30);
        Assert.Equal(
            Enumerable.Range(0, 20).Select(o => (long)o), records.Where(r => r.Partition == 0).Select(r => r.Offset));
    }

    [BrokerFact]
    public async Task Reader_PartitionsChangedMeanwhile_ReadsThoseItHas()
    {
        string topic = await broker.NewTopicAsync(partitions: 2);
        broker.Fill(topic, 0, 10);
        var received = new Received();
        await using TopicReader reader = Read(topic, received, []);
        reader.Assign(new TopicStart(0, 5));
        await received.CountAsync(5);
        reader.Unassign(0);
        broker.Fill(topic, 0, 10);
        broker.Fill(topic, 1, 10);
        reader.Assign(new TopicStart(1, 0));

        List<FetchedRecord> records = await received.CountAsync(15);
        Assert.Equal([5, 10], records.CountBy(r => r.Partition).OrderBy(c => c.Key).Select(c => c.Value));
    }

    [BrokerFact]
    public async Task Reader_AssignedAgainAndAgain_EachAssignmentIsWhole()
    {
        const int partitions = 2, count = 5_000, changes = 150;
        string topic = await broker.NewTopicAsync(partitions);
        var starts = new List<TopicStart>();
        var received = new Received();
        await using TopicReader reader = Read(topic, received, [], maxBatch: 50);
        var random = new Random(7);
        for (int p = 0; p < partitions; p++)
        {
            broker.Fill(topic, p, count);
        }

        for (int i = 0; i < changes; i++)
        {
            var start = new TopicStart(random.Next(partitions), random.Next(count - 1));
            starts.Add(start);
            Assert.Equal(starts.Count, reader.Assign(start));
            if (random.Next(3) == 0)
            {
                await received.FirstOfAsync(starts.Count);
            }
            else if (random.Next(4) == 0)
            {
                reader.Unassign(start.Partition);
            }
        }

        for (int p = 0; p < partitions; p++)
        {
            starts.Add(new TopicStart(p, 1_000));
            reader.Assign(starts[^1]);
        }

        await received.LastOfAsync(changes + 1, count - 1);
        await received.LastOfAsync(changes + 2, count - 1);
        int[] inOrder = [.. received.Records.Where(r => r.Partition == 0).Select(r => r.Assignment)];
        Assert.Equal(inOrder.Order(), inOrder);
        foreach (IGrouping<int, FetchedRecord> own in received.Records.GroupBy(r => r.Assignment))
        {
            TopicStart start = starts[own.Key - 1];
            Assert.All(own, r => Assert.Equal(start.Partition, r.Partition));
            Assert.Equal(Enumerable.Range(0, own.Count()).Select(i => start.Offset + i), own.Select(r => r.Offset));
        }
    }

    [BrokerFact]
    public async Task Reader_StartsGiven_AreNumberedInTheirOrder()
    {
        string topic = await broker.NewTopicAsync(partitions: 2);
        broker.Fill(topic, 0, 1);
        broker.Fill(topic, 1, 1);
        var received = new Received();
        await using TopicReader reader = Read(topic, received, [new TopicStart(1, 0), new TopicStart(0, 0)]);

        List<FetchedRecord> records = await received.CountAsync(2);
        Assert.Equal([(0, 2), (1, 1)], records.Select(r => (r.Partition, r.Assignment)).Order());
        Assert.Equal(3, reader.Assign(new TopicStart(0, 0)));
    }

    [BrokerFact]
    public async Task Reader_PausedPartitionAssignedAnew_IsRead()
    {
        string topic = await broker.NewTopicAsync(partitions: 2);
        broker.Fill(topic, 0, 10);
        var received = new Received();
        await using TopicReader reader = Read(topic, received, [new TopicStart(0, 0)]);
        await received.CountAsync(10);
        reader.Pause(0);
        reader.Pause(1);
        broker.Fill(topic, 1, 10);
        reader.Assign(new TopicStart(1, 0));
        await received.CountAsync(20);
        reader.Assign(new TopicStart(0, 5));

        List<FetchedRecord> records = await received.CountAsync(25);
        Assert.Equal([5L, 6, 7, 8, 9], records.Where(r => r.Assignment == 3).Select(r => r.Offset));
    }

    [BrokerFact]
    public async Task Reader_WithoutPartitions_DeliversNothingAndEnds()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 10);
        var received = new Received();
        TopicReader reader = Read(topic, received, []);
        reader.Unassign(0);
        reader.Resume(0);
        await reader.DisposeAsync().AsTask().WaitAsync(BusBench.Deadline);

        Assert.Empty(received.Records);
        Assert.False(received.Failure.IsCompleted);
        Assert.Throws<ObjectDisposedException>(() => reader.Assign(new TopicStart(0, 0)));
    }

    [BrokerFact]
    public async Task Reader_DeliverySaysNo_EndsWithoutAFailure()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 10);
        var received = new Received();
        TopicReader reader = Read(
            topic, received, [new TopicStart(0, 0)], maxBatch: 1, deliver: batch => received.Add(batch) && false);
        await received.CountAsync(1);
        await reader.DisposeAsync().AsTask().WaitAsync(BusBench.Deadline);

        Assert.Single(received.Records);
        Assert.False(received.Failure.IsCompleted);
    }

    [BrokerFact]
    public async Task Reader_DeliveryThrows_ReportsItOnce()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 1);
        var received = new Received();
        await using TopicReader reader = Read(
            topic, received, [new TopicStart(0, 0)], deliver: _ => throw new InvalidOperationException("broken"));

        Assert.Equal("broken", (await received.Failure.WaitAsync(BusBench.Deadline)).Message);
    }

    [BrokerFact]
    public async Task Reader_DisposedWhileNothingArrives_Ends()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 1);
        var received = new Received();
        TopicReader reader = Read(topic, received, [new TopicStart(0, 0)]);
        await received.CountAsync(1);

        await reader.DisposeAsync().AsTask().WaitAsync(BusBench.Deadline);
        Assert.False(received.Failure.IsCompleted);
    }

    [BrokerFact]
    public async Task Reader_DisposedFromADelivery_Ends()
    {
        string topic = await broker.NewTopicAsync();
        broker.Fill(topic, 0, 10);
        var received = new Received();
        TopicReader? reader = null;
        using var ready = new ManualResetEventSlim();
        reader = Read(topic, received, [new TopicStart(0, 0)], maxBatch: 1, deliver: batch =>
        {
            ready.Wait(BusBench.Deadline);
            Assert.True(reader!.DisposeAsync().IsCompleted);
            return received.Add(batch);
        });
        ready.Set();
        await received.CountAsync(1);

        await reader.DisposeAsync().AsTask().WaitAsync(BusBench.Deadline);
        Assert.Single(received.Records);
    }

    private static uint Sum(int value) => RecordChecksum.Of(BitConverter.GetBytes(value));

    private TopicReader Read(
        string topic, Received received, TopicStart[] starts, int maxBatch = 1000, long queuedKbytes = 16 * 1024,
        Func<FetchedBatch, bool>? deliver = null, int fetchMinBytes = 1, int fetchWaitMs = 100,
        TimeSpan gathering = default) => new(
            broker.Options(),
            new TopicReaderOptions
            {
                Topic = topic,
                Starts = starts,
                MaxBatchRecords = maxBatch,
                QueuedMaxKbytes = queuedKbytes,
                FetchMinBytes = fetchMinBytes,
                FetchWaitMs = fetchWaitMs,
                Gathering = gathering,
            },
            deliver ?? received.Add,
            received.Fail,
            BusBench.NoLog);
}
