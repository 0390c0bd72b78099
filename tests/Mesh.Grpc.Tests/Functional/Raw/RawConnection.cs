using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Grpc.Tests.Functional.Raw;

/// <summary>A connection over which a test says whatever it likes, and which tells what came back.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private const int Window = 65_535;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, RawReply> _replies = [];
    private readonly TaskCompletionSource _serverReady = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RawConnection()
    {
    }

    /// <summary>Completes when the server has closed the connection, or said that it will.</summary>
    public Task Closed { get; private set; } = Task.CompletedTask;

    /// <summary>On which streams what has been received is given back as window; on all unless set.</summary>
    public Predicate<int> Reads { get; set; } = _ => true;

    public static async Task<RawConnection> OpenAsync(string address)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(IPAddress.Loopback, new Uri(address).Port);
        connection.Closed = connection.ReceiveAsync();
        await connection.SendAsync(
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
            .. RawFrames.Frame(RawFrames.Settings, 0, 0, [0, 1, 0, 0, 0, 0, 0, 4, .. RawFrames.Number(Window)]),
            .. RawFrames.Frame(RawFrames.WindowUpdate, 0, 0, RawFrames.Number(int.MaxValue - Window)),
        ]);
        await connection._serverReady.Task.WaitAsync(EchoServer.Patience);
        return connection;
    }

    public RawReply Reply(int stream) => _replies.GetOrAdd(stream, _ => new RawReply());

    /// <summary>Sends bytes; what the server no longer takes is dropped.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        await _sending.WaitAsync();
        try
        {
            for (var sent = 0; sent < bytes.Length;)
            {
                sent += await _socket.SendAsync(bytes.AsMemory(sent));
            }
        }
        catch (SocketException)
        {
            // It has closed the connection: Closed tells.
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Says that nothing more will come.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The server was faster.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await Closed;
        _sending.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[128 * 1024];
        var filled = 0;
        try
        {
            while (true)
            {
                var count = await _socket.ReceiveAsync(buffer.AsMemory(filled));
                if (count == 0)
                {
                    return;
                }

                filled += count;
                var at = 0;
                while (filled - at >= RawFrames.HeaderBytes)
                {
                    var length = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(at)) >>> 8;
                    var end = at + RawFrames.HeaderBytes + length;
                    if (end > filled)
                    {
                        break;
                    }

                    if (!await OnFrameAsync(buffer[at..end]))
                    {
                        return;
                    }

                    at = end;
                }

                buffer.AsSpan(at, filled - at).CopyTo(buffer);
                filled -= at;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed, by us or by the server.
        }
        finally
        {
            _serverReady.TrySetResult();
        }
    }

    private async ValueTask<bool> OnFrameAsync(byte[] frame)
    {
        var (type, flags) = (frame[3], frame[4]);
        var stream = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(5)) & int.MaxValue;
        var payload = frame[RawFrames.HeaderBytes..];
        switch (type)
        {
            case RawFrames.Settings when (flags & RawFrames.Ack) == 0:
                await SendAsync(RawFrames.Frame(RawFrames.Settings, RawFrames.Ack, 0));
                _serverReady.TrySetResult();
                break;
            case RawFrames.Ping when (flags & RawFrames.Ack) == 0:
                await SendAsync(RawFrames.Frame(RawFrames.Ping, RawFrames.Ack, 0, payload));
                break;
            case RawFrames.GoAway:
                return false;
            case RawFrames.Reset:
                Reply(stream).Reset(BinaryPrimitives.ReadInt32BigEndian(payload));
                break;
            case RawFrames.Data or RawFrames.Headers:
                var reply = Reply(stream);
                if (type == RawFrames.Headers)
                {
                    reply.AddHeaders(payload);
                }
                else
                {
                    reply.AddData(payload.Length);
                }

                if ((flags & RawFrames.EndStream) != 0)
                {
                    reply.End();
                }
                else if (type == RawFrames.Data && payload.Length > 0 && Reads(stream))
                {
                    await SendAsync(
                        RawFrames.Frame(RawFrames.WindowUpdate, 0, stream, RawFrames.Number(payload.Length)));
                }

                break;
        }

        return true;
    }
}
