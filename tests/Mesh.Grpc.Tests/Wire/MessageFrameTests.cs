using System.Buffers;
using Grpc.Core;
using Grpc.Wire;

namespace Mesh.Grpc.Tests.Wire;

public sealed class MessageFrameTests
{
    [Theory]
    [InlineData(0, new byte[] { 0, 0, 0, 0, 0 })]
    [InlineData(258, new byte[] { 0, 0, 0, 1, 2 })]
    [InlineData(int.MaxValue, new byte[] { 0, 127, 255, 255, 255 })]
    public void WriteHeader_Length_IsBigEndian(int length, byte[] expected)
    {
        var header = new byte[MessageFrame.HeaderBytes];
        MessageFrame.WriteHeader(header, length);

        Assert.Equal(expected, header);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    public void Read_InSegments_FindsEveryMessage(int segmentBytes)
    {
        var buffer = Segments([0, 0, 0, 0, 2, 10, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 12, 0], segmentBytes);

        Assert.True(MessageFrame.TryRead(ref buffer, null, out var first, out _));
        Assert.True(MessageFrame.TryRead(ref buffer, null, out var second, out _));
        Assert.True(MessageFrame.TryRead(ref buffer, null, out var third, out _));
        Assert.False(MessageFrame.TryRead(ref buffer, null, out _, out _));
        Assert.Equal(new byte[] { 10, 11 }, first.ToArray());
        Assert.Empty(second.ToArray());
        Assert.Equal(new byte[] { 12 }, third.ToArray());
        Assert.Equal(1, buffer.Length);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 11 }, 10, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 128, 0, 0, 0 }, null, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, 10, StatusCode.Internal)]
    public void Read_BadHeader_FailsBeforeTheBody(byte[] bytes, int? limit, StatusCode expected)
    {
        var failure = Assert.Throws<RpcException>(() =>
        {
            var buffer = new ReadOnlySequence<byte>(bytes);
            MessageFrame.TryRead(ref buffer, limit, out _, out _);
        });
        Assert.Equal(expected, failure.StatusCode);
    }

    [Fact]
    public void Read_MessageAtTheLimit_IsRead()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0, 0, 0, 1, 9]);

        Assert.True(MessageFrame.TryRead(ref buffer, 1, out _, out _));
    }

    [Fact]
    public void Read_Flag_TellsWhetherCompressed()
    {
        var buffer = new ReadOnlySequence<byte>([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

        Assert.True(MessageFrame.TryRead(ref buffer, null, out _, out var first));
        Assert.True(MessageFrame.TryRead(ref buffer, null, out _, out var second));
        Assert.True(first);
        Assert.False(second);
    }

    private static ReadOnlySequence<byte> Segments(byte[] bytes, int segmentBytes)
    {
        Segment? first = null, last = null;
        foreach (var chunk in bytes.Chunk(segmentBytes))
        {
            last = new Segment(chunk, last);
            first ??= last;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? before)
        {
            Memory = bytes;
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }
    }
}
