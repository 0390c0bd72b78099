using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Mesh.Bench.Wire;

namespace Mesh.Bench.Scenarios.Grpc;

/// <summary>
/// One HTTP/2 connection that keeps its streams busy, as cheaply as it can: the machine's other core is what a server
/// under load has left for it. It speaks no more of RFC 9113 than that takes, and checks that each answer has the
/// length of its request.
/// </summary>
internal sealed class LoadConnection : IDisposable
{
    private const int PrefaceWindow = int.MaxValue;
    private const int UpdateBytes = 1 << 24;

    // A stream whose thread was preempted is overtaken by thousands of others.
    private const int SlotCount = 1 << 16;

    // 120 bytes: a field of bytes (number 1) that is 118 long.
    private static readonly byte[] Message = GrpcCall.Message(
        new EchoMessage { Body = ByteString.CopyFrom(Enumerable.Repeat((byte)'x', 118).ToArray()) });

    private readonly LoadMode _mode;
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly FrameWriter _out = new();
    private readonly FrameReader _in = new(256 * 1024);
    private readonly byte[] _headers;
    private readonly Slot[] _slots = new Slot[SlotCount];
    private Exception? _failure;
    private Thread? _thread;
    private long _completed;
    private long _sendWindow = 65_535;
    private long _serverStreamWindow = 65_535;
    private int _unreported;
    private int _nextStream = 1;
    private bool _started;
    private volatile bool _stopping;

    internal LoadConnection(int port, LoadMode mode)
    {
        _mode = mode;
        _socket.Connect(IPAddress.Loopback, port);
        _headers = GrpcCall.Headers(mode.Path, $"127.0.0.1:{port}");
    }

    /// <summary>Messages that have come back.</summary>
    internal long Completed => Volatile.Read(ref _completed);

    /// <summary>Why it has ended; null while it goes on.</summary>
    internal Exception? Failure => Volatile.Read(ref _failure);

    internal void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "load" };
        _thread.Start();
    }

    public void Dispose()
    {
        _stopping = true;
        _socket.Dispose();
        _thread?.Join();
    }

    private void Run()
    {
        try
        {
            _out.Preface(PrefaceWindow);
            Send();
            while (true)
            {
                _in.Add(_socket.Receive(_in.Free().Span));
                while (_in.TryTake(out Http2Frame frame, out ReadOnlySpan<byte> payload))
                {
                    On(frame, payload);
                }

                Send();
            }
        }
        catch (Exception) when (_stopping)
        {
            // Its socket was closed under it.
        }
        catch (Exception failure)
        {
            Volatile.Write(ref _failure, failure);
        }
    }

    private void Send()
    {
        for (ReadOnlySpan<byte> rest = _out.Written.Span; !rest.IsEmpty;)
        {
            rest = rest[_socket.Send(rest)..];
        }

        _out.Clear();
    }

    private void On(in Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        switch (frame.Type)
        {
            case Http2Frame.Data:
                OnData(frame.Stream, payload.Length);
                goto case Http2Frame.Headers;
            case Http2Frame.Headers:
                if (frame.EndsStream)
                {
                    OnEnd(frame.Stream);
                }

                break;
            case Http2Frame.Settings when !frame.IsAck:
                _serverStreamWindow = Http2Frame.InitialWindowIn(payload) ?? _serverStreamWindow;
                _out.Acknowledge(Http2Frame.Settings, []);
                OpenAll();
                break;
            case Http2Frame.Ping when !frame.IsAck:
                _out.Acknowledge(Http2Frame.Ping, payload);
                break;
            case Http2Frame.WindowUpdate when frame.Stream == 0:
                _sendWindow += Http2Frame.ReadNumber(payload);
                break;
            case Http2Frame.WindowUpdate:
                _slots[SlotOf(frame.Stream)].SendWindow += Http2Frame.ReadNumber(payload);
                break;
            case Http2Frame.Reset or Http2Frame.GoAway:
                throw new BenchException($"The server has ended stream {frame.Stream} with frame {frame.Type}.");
        }
    }

    private void OpenAll()
    {
        if (_started)
        {
            return;
        }

        _started = true;
        for (int i = 0; i < _mode.Streams; i++)
        {
            Open();
        }
    }

    private void Open()
    {
        int stream = _nextStream;
        _nextStream += 2;
        _slots[SlotOf(stream)] = new Slot { SendWindow = _serverStreamWindow };
        _out.Headers(stream, _headers);
        for (int i = 0; i < _mode.InFlight; i++)
        {
            SendMessage(stream);
        }
    }

    private void SendMessage(int stream)
    {
        ref Slot slot = ref _slots[SlotOf(stream)];
        slot.SendWindow -= Message.Length;
        _sendWindow -= Message.Length;
        if (slot.SendWindow < 0 || _sendWindow < 0)
        {
            throw new BenchException("The server gives no window for what it has answered.");
        }

        _out.Data(stream, Message, endsStream: !_mode.IsDuplex);
    }

    private void OnData(int stream, int bytes)
    {
        _unreported += bytes;
        if (_unreported >= UpdateBytes)
        {
            _out.WindowUpdate(0, _unreported);
            _unreported = 0;
        }

        ref Slot slot = ref _slots[SlotOf(stream)];
        slot.Bytes += bytes;
        if (!_mode.IsDuplex)
        {
            return;
        }

        slot.Unreported += bytes;
        if (slot.Unreported >= UpdateBytes)
        {
            _out.WindowUpdate(stream, slot.Unreported);
            slot.Unreported = 0;
        }

        for (; slot.Bytes >= Message.Length; slot.Bytes -= Message.Length)
        {
            Volatile.Write(ref _completed, _completed + 1);
            SendMessage(stream);
        }
    }

    private void OnEnd(int stream)
    {
        int bytes = _slots[SlotOf(stream)].Bytes;
        if (_mode.IsDuplex || bytes != Message.Length)
        {
            throw new BenchException($"The server has ended a stream after {bytes} bytes.");
        }

        Volatile.Write(ref _completed, _completed + 1);
        Open();
    }

    private static int SlotOf(int stream) => (stream >> 1) & (SlotCount - 1);

    private struct Slot
    {
        internal int Bytes;
        internal int Unreported;
        internal long SendWindow;
    }
}
