using System.Buffers;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>
/// Runs serializers, with one context per thread, so that each message and its header land in the output without a
/// copy. The serializer is expected to tell the length first, as generated code does; one that does not pays a copy.
/// </summary>
internal sealed class MessageSerializer : SerializationContext, IBufferWriter<byte>
{
    // What a transport's buffer block holds: a message that fits is written with one request for memory.
    private const int BlockBytes = 4096;

    [ThreadStatic]
    private static MessageSerializer? _idle;

    private IBufferWriter<byte>? _output;
    private int? _maxPayloadBytes;
    private int _declaredBytes;
    private int _writtenBytes;
    private Memory<byte> _block;
    private int _blockUsed;
    private bool _started;
    private bool _completed;
    private ArrayBufferWriter<byte>? _unmeasured;

    /// <summary>Writes one message with its header.</summary>
    /// <param name="serializer">The serializer of the message's type.</param>
    /// <param name="message">The message.</param>
    /// <param name="output">Receives it.</param>
    /// <param name="maxPayloadBytes">The longest message allowed; null for any.</param>
    /// <typeparam name="T">The message type.</typeparam>
    /// <returns>The bytes written, header included.</returns>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: the message is too long. Nothing was written.</exception>
    public static int Write<T>(
        Action<T, SerializationContext> serializer, T message, IBufferWriter<byte> output, int? maxPayloadBytes)
    {
        var context = _idle ?? new MessageSerializer();
        _idle = null;
        context._output = output;
        context._maxPayloadBytes = maxPayloadBytes;
        context._declaredBytes = -1;
        try
        {
            serializer(message, context);
            if (!context._completed)
            {
                throw new InvalidOperationException("The serializer did not complete the message.");
            }

            return MessageFrame.HeaderBytes + context._writtenBytes;
        }
        finally
        {
            context.Reset();
            _idle = context;
        }
    }

    /// <summary>Writes one message with its header, compressed where that makes it shorter.</summary>
    /// <param name="serializer">The serializer of the message's type.</param>
    /// <param name="message">The message.</param>
    /// <param name="output">Receives it.</param>
    /// <param name="maxPayloadBytes">The longest message allowed, before compression; null for any.</param>
    /// <param name="encoding">How to compress; null for not at all.</param>
    /// <typeparam name="T">The message type.</typeparam>
    /// <returns>The bytes written, header included.</returns>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: the message is too long. Nothing was written.</exception>
    public static int Write<T>(
        Action<T, SerializationContext> serializer,
        T message,
        IBufferWriter<byte> output,
        int? maxPayloadBytes,
        MessageEncoding? encoding)
    {
        if (encoding is null)
        {
            return Write(serializer, message, output, maxPayloadBytes);
        }

        var plain = new FrameBuffer();
        var compressed = new FrameBuffer();
        try
        {
            Write(serializer, message, plain, maxPayloadBytes);
            encoding.Compress(plain.Written.Span[MessageFrame.HeaderBytes..], compressed);
            if (compressed.Count >= plain.Count - MessageFrame.HeaderBytes)
            {
                output.Write(plain.Written.Span);
                return plain.Count;
            }

            Span<byte> header = stackalloc byte[MessageFrame.HeaderBytes];
            MessageFrame.WriteHeader(header, compressed.Count, isCompressed: true);
            output.Write(header);
            output.Write(compressed.Written.Span);
            return header.Length + compressed.Count;
        }
        finally
        {
            plain.Release();
            compressed.Release();
        }
    }

    public override void Complete(byte[] payload)
    {
        ThrowIfCompleted();
        SetPayloadLength(payload.Length);
        Start();
        Append(payload);
        Finish();
    }

    public override void SetPayloadLength(int payloadLength)
    {
        ThrowIfCompleted();
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        if (payloadLength > (_maxPayloadBytes ?? int.MaxValue))
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, "Sending message exceeds the maximum configured message size."));
        }

        _declaredBytes = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        ThrowIfCompleted();
        if (_declaredBytes < 0)
        {
            return _unmeasured ??= new ArrayBufferWriter<byte>();
        }

        Start();
        return this;
    }

    public override void Complete()
    {
        ThrowIfCompleted();
        if (_unmeasured is { } unmeasured)
        {
            SetPayloadLength(unmeasured.WrittenCount);
            Start();
            Append(unmeasured.WrittenSpan);
        }

        Start();
        Finish();
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_block.Length - _blockUsed), nameof(count));
        _blockUsed += count;
        _writtenBytes += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _block[_blockUsed..];
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _block.Span[_blockUsed..];
    }

    private void Start()
    {
        if (_started)
        {
            return;
        }

        if (_declaredBytes < 0)
        {
            throw new InvalidOperationException("The serializer completed a message that it did not write.");
        }

        _started = true;
        _block = _output!.GetMemory((int)Math.Min(BlockBytes, (long)_declaredBytes + MessageFrame.HeaderBytes));
        MessageFrame.WriteHeader(_block.Span, _declaredBytes);
        _blockUsed = MessageFrame.HeaderBytes;
    }

    private void EnsureRoom(int sizeHint)
    {
        if (_block.Length - _blockUsed >= Math.Max(sizeHint, 1))
        {
            return;
        }

        _output!.Advance(_blockUsed);
        _blockUsed = 0;
        var remaining = Math.Max(_declaredBytes - _writtenBytes, 1);
        _block = _output.GetMemory(Math.Max(sizeHint, Math.Min(BlockBytes, remaining)));
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var span = GetSpan();
            var count = Math.Min(span.Length, bytes.Length);
            bytes[..count].CopyTo(span);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    private void Finish()
    {
        if (_writtenBytes != _declaredBytes)
        {
            throw new InvalidOperationException(
                $"The serializer announced {_declaredBytes} bytes and wrote {_writtenBytes}.");
        }

        _output!.Advance(_blockUsed);
        _completed = true;
    }

    private void ThrowIfCompleted()
    {
        if (_completed)
        {
            throw new InvalidOperationException("The message has been completed already.");
        }
    }

    private void Reset()
    {
        _output = null;
        _block = default;
        _blockUsed = 0;
        _writtenBytes = 0;
        _started = false;
        _completed = false;
        _unmeasured = null;
    }
}
