using System.Buffers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>Takes messages out of the body of a response; many of them out of one read when they are small.</summary>
/// <typeparam name="T">The response type.</typeparam>
internal sealed class ResponseFrames<T>(
    Stream stream, Func<DeserializationContext, T> deserializer, MessageEncoding? encoding, int? maxBytes)
    where T : class
{
    private const int FirstBytes = 4 * 1024;
    private const int MostBytesPerGrowth = 1024 * 1024;

    private byte[] _array = [];
    private int _start;
    private int _end;

    /// <summary>Takes a message that has been received already.</summary>
    /// <returns>Null when the next message is not complete.</returns>
    public T? TryTake()
    {
        if (_end - _start < MessageFrame.HeaderBytes)
        {
            return null;
        }

        var received = new ReadOnlySequence<byte>(_array, _start, _end - _start);
        var message = MessageParser.TryTake(ref received, deserializer, encoding, maxBytes);
        _start = _end - (int)received.Length;
        return message;
    }

    /// <summary>Receives more.</summary>
    /// <returns>False at the end of the body.</returns>
    /// <exception cref="RpcException">INTERNAL: the body ended inside a message.</exception>
    public async ValueTask<bool> ReceiveAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var count = await stream.ReadAsync(_array.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += count;
        if (count == 0 && _end > _start)
        {
            throw new RpcException(
                new Status(StatusCode.Internal, "Incomplete message: the stream ended inside it."));
        }

        return count > 0;
    }

    /// <summary>Gives the memory back. Only when no read is under way.</summary>
    public void Release()
    {
        var array = _array;
        _array = [];
        _start = _end = 0;
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    // Grows step by step: a header that announces gigabytes costs nothing until the bytes come.
    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }

        if (_array.Length - _end > 0)
        {
            return;
        }

        if (_start > 0)
        {
            _array.AsSpan(_start, _end - _start).CopyTo(_array);
            _end -= _start;
            _start = 0;
            if (_array.Length - _end >= _array.Length / 2)
            {
                return;
            }
        }

        var grown = ArrayPool<byte>.Shared.Rent(
            Math.Max(FirstBytes, _array.Length + Math.Min(_array.Length, MostBytesPerGrowth)));
        _array.AsSpan(0, _end).CopyTo(grown);
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = grown;
    }
}
