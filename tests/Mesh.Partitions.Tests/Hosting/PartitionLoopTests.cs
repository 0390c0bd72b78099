using Mesh.Broker;
using Mesh.Bus;
using Mesh.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Partitions.Tests.Hosting;

/// <summary>Turns are taken by whoever brings something, one at a time.</summary>
public sealed class PartitionLoopTests : IAsyncLifetime
{
    private static readonly TopicDefinition Input =
        new("test.in", HostUnderTest.Partitions, BusCodec.Lz4, TimeSpan.FromDays(1));

    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-loop-").FullName;
    private BrokerServer _broker = null!;
    private HostUnderTest _service = null!;

    public async Task InitializeAsync()
    {
        _broker = await BrokerServer.StartAsync(
            new BrokerOptions { DataDirectory = Path.Combine(_folder, "broker") }, NullLoggerFactory.Instance);
        _service = new HostUnderTest(
            await TestPostgres.NewDatabaseAsync(),
            new BusOptions { BootstrapServers = _broker.BootstrapServers, ClientId = "loop" },
            new LaneOptions(Input, Relayed: false, TimeSpan.FromSeconds(1)),
            null);
        await _service.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _service.StopAsync();
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task InLoop_NobodyDrives_RunsOnTheCallersThread()
    {
        // A beat may be under way now and then.
        for (int attempt = 0; attempt < 100; attempt++)
        {
            int caller = Environment.CurrentManagedThreadId;
            Task<int> asked = _service.Host.InLoopAsync(_ => Environment.CurrentManagedThreadId);
            if (asked.IsCompleted && await asked == caller)
            {
                return;
            }

            await asked;
        }

        Assert.Fail("None of 100 queries ran on the thread that brought it.");
    }

    [Fact]
    public async Task InLoop_FromManyThreads_RunsEachOnceAndOneAtATime()
    {
        const int Threads = 8;
        const int Each = 500;
        int inside = 0;
        int together = 0;
        int ran = 0;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < Each; i++)
            {
                await _service.Host.InLoopAsync(_ =>
                {
                    together += Interlocked.Increment(ref inside) - 1;
                    ran++;
                    // Time for another thread to come in, if it may.
                    Thread.Sleep(i % 50 == 0 ? 1 : 0);
                    Interlocked.Decrement(ref inside);
                    return 0;
                }).WaitAsync(HostUnderTest.Limit);
            }
        })));

        Assert.Equal((0, Threads * Each), (together, ran));
    }

    [Fact]
    public async Task InLoop_OfARequest_SeesNothingOfItsContext()
    {
        AsyncLocal<string> request = new() { Value = "of the request" };
        for (int i = 0; i < 100; i++)
        {
            Assert.Null(await _service.Host.InLoopAsync(_ => request.Value));
        }
    }
}
