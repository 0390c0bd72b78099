using Mesh.Broker.Log;
using Mesh.Broker.Tests.Clients;
using Mesh.Broker.Tests.Wire;
using Mesh.Broker.Wire;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Broker.Tests.Log;

public sealed class DiskFlusherTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Acknowledgement_WithFlushAlways_WaitsForTheDisk()
    {
        using Gate disk = new();
        await using TestBroker broker = await StartAsync(disk);
        await KafkaClient.CreateTopicAsync(broker.Servers, "t");
        using RawClient client = new(broker.Server.Endpoint);
        Task<(ErrorCode, long)> produced = Task.Run(() => client.Produce("t", Batches.Make()));
        Assert.True(disk.Entered.Wait(KafkaClient.Deadline));

        // It is written and can be read; only the acknowledgement waits.
        Assert.Equal(1, broker.EndOffset("t"));
        Assert.False(produced.IsCompleted);
        disk.Open();
        Assert.Equal((ErrorCode.None, 0L), await produced.WaitAsync(KafkaClient.Deadline));
        Assert.Equal(1, disk.Flushes);
    }

    [Fact]
    public async Task Batches_OfManyRequestsAndPartitions_ShareAFlush()
    {
        const int Clients = 6;
        using Gate disk = new();
        await using TestBroker broker = await StartAsync(disk);
        await KafkaClient.CreateTopicAsync(broker.Servers, "t");
        await KafkaClient.CreateTopicAsync(broker.Servers, "u");
        using RawClient first = new(broker.Server.Endpoint);
        Task produced = Task.Run(() => first.Produce("t", Batches.Make()));
        Assert.True(disk.Entered.Wait(KafkaClient.Deadline));
        RawClient[] clients = [.. Enumerable.Range(0, Clients).Select(_ => new RawClient(broker.Server.Endpoint))];
        Task[] more = [.. clients.Select((c, i) => Task.Run(() => c.Produce(i % 2 == 0 ? "t" : "u", Batches.Make())))];
        SpinWait.SpinUntil(
            () => broker.EndOffset("t") + broker.EndOffset("u") == Clients + 1, KafkaClient.Deadline);
        Assert.DoesNotContain(more, t => t.IsCompleted);
        disk.Open();
        await Task.WhenAll([produced, .. more]).WaitAsync(KafkaClient.Deadline);

        // The one that was under way, and one for each file that was written to meanwhile.
        Assert.Equal(3, disk.Flushes);
        Array.ForEach(clients, c => c.Dispose());
    }

    [Fact]
    public async Task Acknowledgement_AfterTheDiskFailed_NeverComes()
    {
        using Gate disk = new() { Fails = true };
        disk.Open();
        await using TestBroker broker = await StartAsync(disk);
        await KafkaClient.CreateTopicAsync(broker.Servers, "t");
        using (RawClient client = new(broker.Server.Endpoint))
        {
            Assert.ThrowsAny<Exception>(() => client.Produce("t", Batches.Make()));
        }

        disk.Fails = false;
        using RawClient again = new(broker.Server.Endpoint);
        Assert.ThrowsAny<Exception>(() => again.Produce("t", Batches.Make()));
        Assert.Contains(broker.Lines.Warnings, l => l.Contains("nothing is acknowledged"));
    }

    [Fact]
    public async Task Batches_WithFlushOs_AreNotFlushedOneByOne()
    {
        using Gate disk = new();
        await using TestBroker broker = await TestBroker.StartAsync(_directory, o => o with { FlushFile = disk.Flush });
        await KafkaClient.CreateTopicAsync(broker.Servers, "t");
        using RawClient client = new(broker.Server.Endpoint);
        Assert.Equal((ErrorCode.None, 0L), client.Produce("t", Batches.Make()));
        Assert.Equal(0, disk.Flushes);
    }

    private Task<TestBroker> StartAsync(Gate disk) => TestBroker.StartAsync(
        _directory, o => o with { Flush = BrokerFlush.Always, FlushFile = disk.Flush });

    /// <summary>A disk that holds its flushes up, and counts them.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly ManualResetEventSlim _open = new();
        private int _flushes;

        public ManualResetEventSlim Entered { get; } = new();

        public int Flushes => Volatile.Read(ref _flushes);

        public bool Fails { get; set; }

        public void Open() => _open.Set();

        public void Flush(SafeFileHandle file)
        {
            Entered.Set();
            _open.Wait();
            if (Fails)
            {
                throw new IOException("The disk is gone.");
            }

            RandomAccess.FlushToDisk(file);
            Interlocked.Increment(ref _flushes);
        }

        public void Dispose()
        {
            _open.Set();
            _open.Dispose();
            Entered.Dispose();
        }
    }
}
