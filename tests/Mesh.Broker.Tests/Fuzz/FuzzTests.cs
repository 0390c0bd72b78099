using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mesh.Broker.Tests.Clients;
using Mesh.Broker.Tests.Wire;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Fuzz;

/// <summary>
/// Damaged frames, each on a connection of its own that goes away without waiting. MESH_FUZZ_FRAMES says how many,
/// MESH_FUZZ_SEED from which seed.
/// </summary>
public sealed class FuzzTests : IDisposable
{
    private const int Batch = 500;

    /// <summary>What the broker's process may grow by, its 8 MiB of records in memory included.</summary>
    private const long GrowthLimitBytes = 256L * 1024 * 1024;

    private readonly TemporaryDirectory _directory = new();

    private static int Frames => Setting("MESH_FUZZ_FRAMES", 2000);

    private static int Seed => Setting("MESH_FUZZ_SEED", 1);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task DamagedFrames_EndNothingButTheirConnections()
    {
        await using TestBroker broker = await TestBroker.StartAsync(
            _directory,
            o => o with { MemoryLimitBytes = 8 * 1024 * 1024, GroupInitialRebalanceDelay = TimeSpan.Zero });
        await KafkaClient.CreateTopicAsync(broker.Servers, FrameCorpus.Topic);
        byte[][] corpus = FrameCorpus.Make();
        ShowThatTheCorpusIsSound(broker.Server.Endpoint, corpus);
        FrameMutator mutator = new(corpus, Seed);
        long before = Memory();
        for (int sent = 0; sent < Frames; sent += Batch)
        {
            for (int i = 0; i < Batch; i++)
            {
                Send(broker.Server.Endpoint, mutator.Next());
            }

            await ShowThatTheNextClientWorksAsync(broker);
        }

        Assert.True(Memory() - before < GrowthLimitBytes, $"grew from {before} to {Memory()} bytes");
        Assert.DoesNotContain(broker.Lines.Warnings, l => l.Contains("could not be handled") || l.Contains("failed"));
        Assert.Contains(broker.Lines.Warnings, l => l.Contains("Closed the connection"));
    }

    /// <summary>Every frame of the corpus is understood as it is: else damage would only show at its surface.</summary>
    private static void ShowThatTheCorpusIsSound(IPEndPoint broker, byte[][] corpus)
    {
        foreach (byte[] frame in corpus)
        {
            using RawClient client = new(broker);
            client.Send(frame);
            Assert.False(client.IsClosedByBroker(), $"refused: {Convert.ToHexString(frame)}");
        }
    }

    private static void Send(IPEndPoint broker, byte[] frame)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(broker);
        socket.Send(frame);
        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task ShowThatTheNextClientWorksAsync(TestBroker broker)
    {
        string topic = $"after-{Guid.NewGuid():N}";
        await KafkaClient.CreateTopicAsync(broker.Servers, topic);
        using (RawClient client = new(broker.Server.Endpoint))
        {
            Assert.Equal((ErrorCode.None, 0L), client.Produce(topic, Batches.Make(producerId: -1)));
        }

        Assert.Equal(1, EndOf(broker, topic));
    }

    private static long EndOf(TestBroker broker, string topic)
    {
        using var consumer = KafkaClient.Consumer(broker.Servers);
        return consumer.QueryWatermarkOffsets(new(topic, 0), KafkaClient.Deadline).High.Value;
    }

    private static long Memory()
    {
        GC.Collect();
        using Process self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out int value) ? value : otherwise;
}
