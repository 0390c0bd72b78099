using System.Buffers;
using Grpc.Core;
using Grpc.Wire;

namespace Mesh.Grpc.Tests.Wire;

public sealed class MessageSerializerTests
{
    public static TheoryData<string, int> Ways
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var way in new[] { "array", "measured", "unmeasured" })
            {
                foreach (var bytes in new[] { 0, 1, 4_090, 4_091, 4_092, 20_000 })
                {
                    data.Add(way, bytes);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Write_AnyWay_IsHeaderAndPayload(string way, int bytes)
    {
        var payload = new byte[bytes];
        new Random(bytes).NextBytes(payload);
        var output = new ArrayBufferWriter<byte>();

        var written = MessageSerializer.Write(SerializerOf(way), payload, output, maxPayloadBytes: bytes);

        Assert.Equal(bytes + MessageFrame.HeaderBytes, written);
        var buffer = new ReadOnlySequence<byte>(output.WrittenMemory);
        Assert.True(MessageFrame.TryRead(ref buffer, null, out var read, out _));
        Assert.True(buffer.IsEmpty);
        Assert.Equal(payload, read.ToArray());
    }

    [Theory]
    [InlineData("array")]
    [InlineData("measured")]
    [InlineData("unmeasured")]
    public void Write_AboveTheLimit_WritesNothing(string way)
    {
        var output = new ArrayBufferWriter<byte>();

        var failure = Assert.Throws<RpcException>(
            () => MessageSerializer.Write(SerializerOf(way), new byte[11], output, maxPayloadBytes: 10));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void Write_SerializerThrows_NextMessageIsWhole()
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Throws<FormatException>(() => MessageSerializer.Write<byte[]>(
            (_, context) =>
            {
                context.SetPayloadLength(3);
                context.GetBufferWriter().Write(new byte[] { 1 });
                throw new FormatException();
            },
            [],
            output,
            null));

        MessageSerializer.Write(SerializerOf("measured"), [7], output, null);

        Assert.Equal([0, 0, 0, 0, 1, 7], output.WrittenSpan.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Write_AnotherLengthThanAnnounced_Fails(int announced) =>
        Assert.Throws<InvalidOperationException>(() => MessageSerializer.Write<byte[]>(
            (_, context) =>
            {
                context.SetPayloadLength(announced);
                context.GetBufferWriter().Write(new byte[2]);
                context.Complete();
            },
            [],
            new ArrayBufferWriter<byte>(),
            null));

    [Fact]
    public void Write_NotCompleted_Fails() => Assert.Throws<InvalidOperationException>(
        () => MessageSerializer.Write<byte[]>((_, _) => { }, [], new ArrayBufferWriter<byte>(), null));

    [Fact]
    public void Marshaller_OverArraysAndContexts_GiveTheSameBytes()
    {
        var contextual = Marshallers.Create(
            SerializerOf("measured"), context => context.PayloadAsReadOnlySequence().ToArray());

        Assert.Equal(new byte[] { 1, 2 }, contextual.Serializer([1, 2]));
        Assert.Equal(new byte[] { 1, 2 }, contextual.Deserializer([1, 2]));
        Assert.Equal("é", Marshallers.StringMarshaller.Deserializer(Marshallers.StringMarshaller.Serializer("é")));
    }

    private static Action<byte[], SerializationContext> SerializerOf(string way) => (bytes, context) =>
    {
        if (way == "array")
        {
            context.Complete(bytes);
            return;
        }

        if (way == "measured")
        {
            context.SetPayloadLength(bytes.Length);
        }

        context.GetBufferWriter().Write(bytes);
        context.Complete();
    };
}
