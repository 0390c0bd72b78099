using Grpc.Core;
using Grpc.Wire;

namespace Mesh.Grpc.Tests.Wire;

public sealed class MetadataCodecTests
{
    [Theory]
    [InlineData(new byte[0], "")]
    [InlineData(new byte[] { 0 }, "AA")]
    [InlineData(new byte[] { 1, 2 }, "AQI")]
    [InlineData(new byte[] { 255, 254, 253 }, "//79")]
    public void Binary_Value_IsBase64WithoutPadding(byte[] value, string coded)
    {
        Assert.Equal(coded, MetadataCodec.EncodeValue(new Metadata.Entry("k-bin", value)));
        Assert.Equal(value, Decode("k-bin", coded).GetValueBytes("k-bin"));
    }

    [Theory]
    [InlineData("AA==")]
    [InlineData("AA")]
    [InlineData(" AA== ")]
    public void Binary_PaddedOrNot_IsRead(string coded) => Assert.Equal([0], Decode("k-bin", coded)[0].ValueBytes);

    [Fact]
    public void Binary_SeveralJoinedByCommas_AreSeveralEntries()
    {
        var entries = Decode("K-Bin", "AQI=,AA, //79");

        Assert.Equal(3, entries.Count);
        Assert.Equal(new byte[] { 1, 2 }, entries[0].ValueBytes);
        Assert.Equal(new byte[] { 255, 254, 253 }, entries[2].ValueBytes);
        Assert.All(entries, entry => Assert.Equal("k-bin", entry.Key));
    }

    [Fact]
    public void Binary_LongValue_IsRead()
    {
        var value = new byte[5_000];
        new Random(1).NextBytes(value);

        Assert.Equal(value, Decode("k-bin", Convert.ToBase64String(value)).GetValueBytes("k-bin"));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("A")]
    [InlineData("AA=A")]
    public void Binary_Malformed_IsInternal(string coded)
    {
        var failure = Assert.Throws<RpcException>(() => Decode("k-bin", coded));
        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    [Theory]
    [InlineData("content-type")]
    [InlineData("TE")]
    [InlineData(":path")]
    [InlineData("grpc-timeout")]
    public void Received_TransportsOwn_IsNotMetadata(string name) => Assert.Empty(Decode(name, "x"));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a:b")]
    public void Entry_BadKey_IsRefused(string key) =>
        Assert.Throws<ArgumentException>(() => new Metadata.Entry(key, "value"));

    [Fact]
    public void Entry_KindAndKeyDisagree_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("k-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("k", new byte[1]));
    }

    [Fact]
    public void Empty_Add_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("k", "v"));

    private static Metadata Decode(string name, string value)
    {
        var metadata = new Metadata();
        MetadataCodec.AddReceived(metadata, name, value);
        return metadata;
    }
}
