using System.Buffers;

namespace Grpc.Wire;

/// <summary>A growing buffer of bytes, in an array from the shared pool. Not thread-safe.</summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    private const int FirstBytes = 512;

    private byte[] _array = [];

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, Count);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_array.Length - Count), nameof(count));
        Count += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _array.AsMemory(Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _array.AsSpan(Count);
    }

    /// <summary>Empties the buffer and keeps its memory.</summary>
    public void Clear() => Count = 0;

    /// <summary>Takes back what was written last.</summary>
    /// <param name="count">How much stays.</param>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Count, nameof(count));
        Count = count;
    }

    /// <summary>Empties the buffer and gives its memory back. Only when nothing reads from it any more.</summary>
    public void Release()
    {
        var array = _array;
        _array = [];
        Count = 0;
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    private void EnsureRoom(int sizeHint)
    {
        var needed = (long)Count + Math.Max(sizeHint, 1);
        if (needed <= _array.Length)
        {
            return;
        }

        var size = Math.Max(Math.Max(needed, FirstBytes), Math.Min(2L * _array.Length, Array.MaxLength));
        var grown = ArrayPool<byte>.Shared.Rent(checked((int)size));
        _array.AsSpan(0, Count).CopyTo(grown);
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = grown;
    }
}
