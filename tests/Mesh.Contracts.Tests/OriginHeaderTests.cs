using Google.Protobuf;
using Mesh.Bus;
using Mesh.Contracts.Events.V1;

namespace Mesh.Contracts.Tests;

/// <summary>
/// The header is written by hand in the bus; what it says must be what the messages of the contract say.
/// </summary>
public sealed class OriginHeaderTests
{
    private static readonly Guid Store = new("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly Guid Action = new("a0112233-4455-5677-8899-aabbccddeeff");

    public static TheoryData<RecordOrigin> Origins => new()
    {
        default(RecordOrigin),
        new RecordOrigin(Store, 0, 1, 0, default),
        new RecordOrigin(Store, 11, (1UL << 48) + 300, (1UL << 48) + 127, default),
        new RecordOrigin(Store, 11, (1UL << 48) + 300, 128, new RecordRoot(Action, 0, 0, 0, 0)),
        new RecordOrigin(Store, 1, 2, 3, new RecordRoot(Action, 2, 11, 1L << 40, 1_766_300_000_000_000)),
        new RecordOrigin(Store, int.MaxValue, ulong.MaxValue, ulong.MaxValue,
            new RecordRoot(Action, int.MaxValue, int.MaxValue, long.MaxValue, -1)),
    };

    [Fact]
    public void Name_InBusAndContracts_IsTheSame() => Assert.Equal(HeaderNames.Origin, OriginHeader.Name);

    [Theory]
    [MemberData(nameof(Origins))]
    public void Encode_WhatTheBusWrites_ProtobufReads(RecordOrigin origin)
    {
        byte[] bytes = OriginHeader.Encode(origin);
        Assert.Equal(Message(origin), Origin.Parser.ParseFrom(bytes));
    }

    [Theory]
    [MemberData(nameof(Origins))]
    public void TryDecode_WhatProtobufWrites_TheBusReads(RecordOrigin origin)
    {
        Assert.True(OriginHeader.TryDecode(Message(origin).ToByteArray(), out RecordOrigin read));
        Assert.Equal(origin, read);
    }

    [Theory]
    [MemberData(nameof(Origins))]
    public void Root_BothWays_IsTheSame(RecordOrigin origin)
    {
        Root root = RootMessage(origin.Root);
        Assert.Equal(root, Root.Parser.ParseFrom(OriginHeader.EncodeRoot(origin.Root)));
        Assert.True(OriginHeader.TryDecodeRoot(root.ToByteArray(), out RecordRoot read));
        Assert.Equal(origin.Root, read);
    }

    private static Origin Message(RecordOrigin origin) => new()
    {
        Store = Bytes(origin.Store),
        Partition = (uint)origin.Partition,
        Position = origin.Position,
        Previous = origin.Previous,
        Root = origin.Root == default ? null : RootMessage(origin.Root),
    };

    private static Root RootMessage(RecordRoot root) => new()
    {
        ActionId = Bytes(root.ActionId),
        Lane = (uint)root.Lane,
        Partition = (uint)root.Partition,
        Offset = (ulong)root.Offset,
        ReceivedUs = root.ReceivedUs,
    };

    private static ByteString Bytes(Guid id) =>
        id == Guid.Empty ? ByteString.Empty : ByteString.CopyFrom(Ids.ToBytes(id));
}
