using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Wire;

/// <summary>Speaks the protocol byte by byte, to send what the client library would not.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);

    public RawClient(IPEndPoint broker)
    {
        _socket.ReceiveTimeout = 30_000;
        _socket.Connect(broker);
    }

    public void Send(ReadOnlySpan<byte> bytes) => _socket.Send(bytes);

    /// <summary>Sends a request with header version 1 and returns the response after its correlation id.</summary>
    public byte[] Call(ApiKey key, short version, Action<WireWriter> body)
    {
        WireWriter writer = new(256);
        writer.BeginFrame();
        writer.Int16((short)key);
        writer.Int16(version);
        writer.Int32(99);
        writer.String("raw");
        body(writer);
        writer.EndFrame();
        Send(writer.Written.Span);
        int length = BinaryPrimitives.ReadInt32BigEndian(Receive(4));
        byte[] response = Receive(length);
        Assert.Equal(99, BinaryPrimitives.ReadInt32BigEndian(response));
        return response[4..];
    }

    /// <summary>Produces one batch to partition 0 and returns error and base offset.</summary>
    public (ErrorCode Error, long BaseOffset) Produce(string topic, byte[] batch, short version = 7)
    {
        byte[] response = Call(ApiKey.Produce, version, w =>
        {
            if (version >= 3)
            {
                w.String(null);
            }

            w.Int16(-1);
            w.Int32(1000);
            w.ArrayLength(1);
            w.String(topic);
            w.ArrayLength(1);
            w.Int32(0);
            w.ArrayLength(batch.Length);
            w.Raw(batch);
        });
        WireReader reader = new(response);
        reader.ArrayLength();
        reader.String();
        reader.ArrayLength();
        Assert.Equal(0, reader.Int32());
        return ((ErrorCode)reader.Int16(), reader.Int64());
    }

    /// <summary>Whether the broker closes the connection, rather than answering.</summary>
    public bool IsClosedByBroker()
    {
        try
        {
            return _socket.Receive(new byte[1]) == 0;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    public void Dispose() => _socket.Dispose();

    private byte[] Receive(int count)
    {
        byte[] bytes = new byte[count];
        int received = 0;
        while (received < count)
        {
            int read = _socket.Receive(bytes.AsSpan(received));
            Assert.NotEqual(0, read);
            received += read;
        }

        return bytes;
    }
}
