using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Mesh.Broker.Log;
using Mesh.Broker.Requests;
using Mesh.Broker.Wire;
using Microsoft.Extensions.Logging;

namespace Mesh.Broker.Server;

/// <summary>
/// One client's connection: a loop that reads requests, answers them in order, and sends answers together when several
/// requests have arrived together. Only fetches, joins and syncs wait. Requests are handled in the buffer they were
/// received into.
/// The loop has a thread of its own and blocks in it: clients are few, their requests small and many, and a thread that
/// the kernel wakes itself costs a fraction of one that is woken by another that was.
/// </summary>
internal sealed class Connection : IDisposable
{
    private const int LengthBytes = 4;

    private readonly Socket _socket;
    private readonly BrokerState _broker;
    private readonly string _host;
    private readonly int _port;
    private readonly WireWriter _writer = new(4096);
    private readonly FetchRequest _fetch = new();
    private readonly FetchWaiter _waiter = new();
    private readonly ClientLink _client;
    private readonly CancellationToken _stopping;
    private byte[] _buffer = new byte[Limits.ReceiveBufferBytes];
    private int _start;
    private int _end;
    private bool _awaitsDisk;

    public Connection(Socket socket, BrokerState broker, CancellationToken stopping)
    {
        _client = new ClientLink(socket, stopping);
        _stopping = stopping;
        _socket = socket;
        _broker = broker;
        IPEndPoint local = (IPEndPoint)socket.LocalEndPoint!;
        _host = broker.Options.AdvertisedHost ?? local.Address.ToString();
        _port = broker.Options.AdvertisedPort ?? local.Port;
    }

    /// <summary>Serves until the client goes away, sends something malformed, or the broker stops.</summary>
    public void Run()
    {
        EndPoint? client = _socket.RemoteEndPoint;
        using CancellationTokenRegistration stop = _stopping.Register(Abort);
        try
        {
            while (true)
            {
                while (TryTakeFrame(out ArraySegment<byte> frame))
                {
                    if (Handle(frame))
                    {
                        AnswerFetch(frame);
                    }

                    if (_writer.PendingBytes >= Limits.FlushBytes)
                    {
                        Flush();
                    }
                }

                Flush();
                MakeRoom();
                int received = _socket.Receive(_buffer.AsSpan(_end));
                if (received == 0)
                {
                    return;
                }

                _end += received;
                _broker.Counters.Received(received);
            }
        }
        catch (MalformedFrameException e)
        {
            _broker.Counters.CloseMalformed();
            BrokerMessages.MalformedFrame(_broker.Logs.Logger, client, e.Message);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client is gone, or the broker stops: nothing to say.
        }
        catch (Exception e)
        {
            _broker.Counters.CloseFailed();
            BrokerMessages.RequestFailed(_broker.Logs.Logger, client, e);
        }
        finally
        {
            _writer.Clear();
        }
    }

    public void Dispose()
    {
        _waiter.Dispose();
        _socket.Dispose();
    }

    private void Abort()
    {
        _socket.Dispose();
        _waiter.Stop();
    }

    private bool TryTakeFrame(out ArraySegment<byte> frame)
    {
        frame = default;
        int available = _end - _start;
        if (available < LengthBytes)
        {
            return false;
        }

        int length = FrameLength();
        if (available - LengthBytes < length)
        {
            return false;
        }

        frame = new ArraySegment<byte>(_buffer, _start + LengthBytes, length);
        _start += LengthBytes + length;
        return true;
    }

    private int FrameLength()
    {
        int length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        return length >= 8 && length <= _broker.Options.MaxRequestBytes
            ? length
            : throw new MalformedFrameException($"a frame claims {length} bytes");
    }

    /// <summary>
    /// Makes sure there is room to receive into. The buffer grows with what has arrived, never with what a frame
    /// claims, and shrinks back after a long request.
    /// </summary>
    private void MakeRoom()
    {
        int kept = _end - _start;
        int needed = kept >= LengthBytes ? LengthBytes + FrameLength() : LengthBytes;
        int size = _buffer.Length;
        if (kept == 0 && size > Limits.FlushBytes)
        {
            size = Limits.ReceiveBufferBytes;
        }
        else if (kept == size)
        {
            size = Math.Min(Math.Max(needed, size), size * 2);
        }

        byte[] target = size == _buffer.Length ? _buffer : new byte[size];
        Buffer.BlockCopy(_buffer, _start, target, 0, kept);
        _buffer = target;
        _start = 0;
        _end = kept;
    }

    /// <summary>Handles one request; true for a fetch, which is then to be answered.</summary>
    private bool Handle(ArraySegment<byte> frame)
    {
        WireReader reader = new(frame);
        short key = reader.Int16();
        short version = reader.Int16();
        int correlation = reader.Int32();
        ApiSpec api = ApiTable.Find(key) ?? throw new MalformedFrameException($"API {key} is not spoken");
        bool speaks = api.Speaks(version);
        if (!speaks && api.Key != ApiKey.ApiVersions)
        {
            throw new MalformedFrameException($"{api.Key} version {version} is not spoken");
        }

        _broker.Counters.Request(api.Key);
        if (api.Waits)
        {
            Flush();
        }

        _writer.BeginFrame();
        _writer.Int32(correlation);
        if (!speaks)
        {
            ApiVersionsApi.WriteUnsupported(_writer);
            _writer.EndFrame();
            return false;
        }

        int clientIdBytes = reader.ClassicUtf8().Length;
        ArraySegment<byte> clientId = frame.Slice(reader.Position - clientIdBytes, clientIdBytes);
        bool flexible = version >= api.FlexibleFrom;
        reader.Flexible = flexible;
        reader.Tags();
        _writer.Flexible = flexible && api.Key != ApiKey.ApiVersions;
        _writer.Tags();
        _writer.Flexible = flexible;
        RequestCall call = new(_broker, version, _host, _port, frame, clientId, _client);
        if (api.Handle is null)
        {
            _fetch.Read(call, ref reader);
            return true;
        }

        _awaitsDisk |= api.Key == ApiKey.Produce && _broker.Logs.FlushAlways;
        if (api.Handle(call, ref reader, _writer))
        {
            _writer.EndFrame();
        }
        else
        {
            _writer.AbandonFrame();
        }

        return false;
    }

    /// <summary>
    /// Waits until there is enough, then answers. (1) The wait begins and the partitions are told of it; (2) what is
    /// there is counted only then, so nothing that arrives meanwhile is missed; (3) it ends by arrival or by time.
    /// </summary>
    private void AnswerFetch(ArraySegment<byte> frame)
    {
        long missing = _fetch.MissingBytes();
        if (missing > 0 && _fetch.MaxWaitMs > 0)
        {
            long deadline = Environment.TickCount64 + _fetch.MaxWaitMs;
            _writer.AbandonFrame();
            Flush();
            for (long left = _fetch.MaxWaitMs; missing > 0 && left > 0; left = deadline - Environment.TickCount64)
            {
                _waiter.Arm(missing);
                _fetch.StartWaiting(_waiter);
                try
                {
                    missing = _fetch.MissingBytes();
                    if (missing == 0)
                    {
                        break;
                    }

                    _waiter.Wait(Math.Min(left, Limits.LivenessCheckMs));
                }
                finally
                {
                    _fetch.StopWaiting(_waiter);
                }

                // A wait that a stop cut short would only be cut short again, until the deadline.
                if (_waiter.Stopped)
                {
                    throw new OperationCanceledException();
                }

                missing = _fetch.MissingBytes();
                if (missing > 0)
                {
                    _client.ThrowIfGone();
                }
            }

            RestartFrame(frame);
        }

        _fetch.Write(_writer);
        _writer.EndFrame();
    }

    /// <summary>Begins the answer to a fetch again, after the answers before it were sent.</summary>
    private void RestartFrame(ArraySegment<byte> frame)
    {
        short version = BinaryPrimitives.ReadInt16BigEndian(frame.AsSpan(2));
        _writer.BeginFrame();
        _writer.Int32(BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)));
        _writer.Flexible = version >= FetchApi.Spec.FlexibleFrom;
        _writer.Tags();
    }

    private void Flush()
    {
        if (_awaitsDisk)
        {
            // All batches of the requests that came together, and those of other connections, share the flush.
            _broker.Logs.Flusher.WaitForAll();
            _awaitsDisk = false;
        }

        long pending = _writer.PendingBytes;
        if (pending == 0)
        {
            return;
        }

        long sent = _writer.AttachmentCount == 0
            ? _socket.Send(_writer.Written.Span)
            : _socket.Send(_writer.Parts());
        if (sent != pending)
        {
            throw new SocketException((int)SocketError.ConnectionAborted);
        }

        _broker.Counters.Sent(sent);
        _writer.Clear();
    }
}
