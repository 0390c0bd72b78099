using System.Text;
using Mesh.Broker.Tests.Clients;
using Mesh.Broker.Tests.Wire;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Server;

public sealed class RawProtocolTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private TestBroker _broker = null!;

    public async Task InitializeAsync()
    {
        _broker = await TestBroker.StartAsync(_directory);
        await KafkaClient.CreateTopicAsync(_broker.Servers, "t");
    }

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Batch_SentAgain_GetsItsFirstOffset()
    {
        using RawClient client = new(_broker.Server.Endpoint);
        byte[][] batches = [.. Enumerable.Range(0, 5).Select(i => Batches.Make(2, 500, 0, i * 2))];
        Assert.All(batches, (b, i) => Assert.Equal((ErrorCode.None, i * 2L), client.Produce("t", b)));
        Assert.All(batches, (b, i) => Assert.Equal((ErrorCode.None, i * 2L), client.Produce("t", b)));
        Assert.Equal((ErrorCode.None, 10L), client.Produce("t", Batches.Make(2, 500, 0, 10)));
    }

    [Fact]
    public async Task Batch_SentAgainAfterARestart_GetsItsFirstOffset()
    {
        using (RawClient client = new(_broker.Server.Endpoint))
        {
            client.Produce("t", Batches.Make(3, 500, 0, 0));
            client.Produce("t", Batches.Make(3, 500, 0, 3));
        }

        await _broker.DisposeAsync();
        _broker = await TestBroker.StartAsync(_directory);
        using RawClient again = new(_broker.Server.Endpoint);
        Assert.Equal((ErrorCode.None, 0L), again.Produce("t", Batches.Make(3, 500, 0, 0)));
        Assert.Equal((ErrorCode.None, 3L), again.Produce("t", Batches.Make(3, 500, 0, 3)));
        Assert.Equal((ErrorCode.OutOfOrderSequenceNumber, -1L), again.Produce("t", Batches.Make(3, 500, 0, 9)));
        Assert.Equal((ErrorCode.None, 6L), again.Produce("t", Batches.Make(3, 500, 0, 6)));
    }

    [Fact]
    public void Batch_AfterAGap_IsOutOfOrder()
    {
        using RawClient client = new(_broker.Server.Endpoint);
        client.Produce("t", Batches.Make(1, 500, 0, 0));
        Assert.Equal((ErrorCode.OutOfOrderSequenceNumber, -1L), client.Produce("t", Batches.Make(1, 500, 0, 2)));
    }

    [Fact]
    public void Batch_OfAStaleEpoch_IsFenced()
    {
        using RawClient client = new(_broker.Server.Endpoint);
        client.Produce("t", Batches.Make(1, 500, 3, 0));
        Assert.Equal((ErrorCode.None, 1L), client.Produce("t", Batches.Make(1, 500, 4, 0)));
        Assert.Equal((ErrorCode.InvalidProducerEpoch, -1L), client.Produce("t", Batches.Make(1, 500, 3, 1)));
    }

    [Fact]
    public void Batch_WithSequencesAtTheirEnd_GoesOnAtZero()
    {
        using RawClient client = new(_broker.Server.Endpoint);
        Assert.Equal((ErrorCode.None, 0L), client.Produce("t", Batches.Make(2, 500, 0, int.MaxValue - 1)));
        Assert.Equal((ErrorCode.None, 2L), client.Produce("t", Batches.Make(1, 500, 0, 0)));
    }

    [Fact]
    public void Batch_WithAFlippedBit_IsRefusedAndNotWritten()
    {
        using RawClient client = new(_broker.Server.Endpoint);
        byte[] batch = Batches.Make();
        batch[^1] ^= 1;
        Assert.Equal((ErrorCode.CorruptMessage, -1L), client.Produce("t", batch));
        Assert.Equal((ErrorCode.None, 0L), client.Produce("t", Batches.Make()));
    }

    [Fact]
    public void Produce_InAVersionKeptForItsNumber_IsRefused()
    {
        using RawClient client = new(_broker.Server.Endpoint);
        Assert.Equal((ErrorCode.UnsupportedVersion, -1L), client.Produce("t", Batches.Make(), version: 0));
    }

    [Fact]
    public void ApiVersions_InAnUnknownVersion_IsAnsweredWithTheRange()
    {
        using RawClient client = new(_broker.Server.Endpoint);
        WireReader reader = new(client.Call(ApiKey.ApiVersions, 90, _ => { }));
        Assert.Equal(ErrorCode.UnsupportedVersion, (ErrorCode)reader.Int16());
        Assert.Equal(1, reader.ArrayLength());
        Assert.Equal((18, 0, 4), ((int)reader.Int16(), (int)reader.Int16(), (int)reader.Int16()));
    }

    public static TheoryData<byte[]> Malformed => new()
    {
        Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        new byte[] { 0xFF, 0xFF, 0xFF, 0xFF },
        new byte[] { 0, 0, 0, 0 },
        new byte[] { 0, 0, 0, 8, 0, 99, 0, 0, 0, 0, 0, 1 },
        new byte[] { 0, 0, 0, 10, 0, 3, 0, 77, 0, 0, 0, 1, 0, 0 },
        new byte[] { 0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF },
        new byte[] { 0, 0, 0, 12, 0, 0, 0, 7, 0, 0, 0, 1, 0x40, 0, 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Frame_Malformed_ClosesItsConnectionAndNothingElse(byte[] bytes)
    {
        using RawClient other = new(_broker.Server.Endpoint);
        using RawClient client = new(_broker.Server.Endpoint);
        client.Send(bytes);
        Assert.True(client.IsClosedByBroker());
        Assert.Equal((ErrorCode.None, 0L), other.Produce("t", Batches.Make()));
        using RawClient next = new(_broker.Server.Endpoint);
        Assert.Equal((ErrorCode.None, 1L), next.Produce("t", Batches.Make()));
        Assert.Contains("Closed the connection", Assert.Single(_broker.Lines.Warnings));
    }
}
