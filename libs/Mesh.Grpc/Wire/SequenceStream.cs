using System.Buffers;

namespace Grpc.Wire;

/// <summary>A stream that reads what has been received, for decompressors, which know nothing else.</summary>
internal sealed class SequenceStream(ReadOnlySequence<byte> rest) : Stream
{
    private ReadOnlySequence<byte> _rest = rest;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] target, int offset, int count) => Read(target.AsSpan(offset, count));

    public override int Read(Span<byte> target)
    {
        var count = (int)Math.Min(target.Length, _rest.Length);
        _rest.Slice(0, count).CopyTo(target);
        _rest = _rest.Slice(count);
        return count;
    }

    public override void Flush()
    {
    }

    public override void Write(byte[] source, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
