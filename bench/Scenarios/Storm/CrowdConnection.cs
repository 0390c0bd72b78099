using System.Net;
using System.Net.Sockets;
using System.Text;
using Mesh.Bench.Wire;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Types.V1;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>What a client of a crowd was told.</summary>
internal enum CrowdAnswer
{
    /// <summary>Its ping is durable.</summary>
    Durable,

    /// <summary>Come again, over this connection.</summary>
    Later,

    /// <summary>Nothing: the connection was closed, or not taken up in time.</summary>
    Gone,
}

/// <summary>
/// The connection of one client, its frames written by hand: what ten thousand clients of a library cost is the matter
/// of their own machines, and would be most of what is measured on this one.
/// </summary>
/// <param name="from">The client's own address: for thousands from one the kernel has to search for free ports.</param>
/// <param name="gateway">Where to.</param>
/// <param name="headers">The header block of a <c>SubmitStream</c>.</param>
/// <param name="giveUpAfter">So long it waits for the server's settings.</param>
internal sealed class CrowdConnection(IPAddress from, IPEndPoint gateway, byte[] headers, TimeSpan giveUpAfter)
    : IDisposable
{
    private const int WindowBytes = 1 << 20;
    private const int LongestFrame = 17 * 1024;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly FrameWriter _out = new();
    private readonly List<byte> _message = [];
    private FrameReader? _in;
    private int _stream;
    private bool _isUp;

    /// <summary>How long to wait after <see cref="CrowdAnswer.Later"/>.</summary>
    internal TimeSpan RetryAfter { get; private set; }

    /// <summary>Sends a request over a stream of its own and waits for the answer.</summary>
    /// <param name="message">The request, with its prefix.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="BenchException">It was refused for good.</exception>
    internal async Task<CrowdAnswer> AskAsync(byte[] message, CancellationToken cancellation)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            if (!_isUp)
            {
                giveUp.CancelAfter(giveUpAfter);
                _socket.Bind(new IPEndPoint(from, 0));
                await _socket.ConnectAsync(gateway, giveUp.Token);
                _in = new FrameReader(LongestFrame);
                _out.Preface(WindowBytes, plain: true);
            }

            Open(message);
            while (true)
            {
                await SendAsync(giveUp.Token);
                _in!.Add(await _socket.ReceiveAsync(_in.Free(), giveUp.Token));
                if (Take() is { } answer)
                {
                    return answer;
                }

                if (_isUp)
                {
                    giveUp.CancelAfter(Timeout.InfiniteTimeSpan);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return CrowdAnswer.Gone;
        }
        catch (Exception failure) when (failure is SocketException or EndOfStreamException)
        {
            return CrowdAnswer.Gone;
        }
    }

    /// <summary>Ends the stream, as one who has no more to send, and waits until the server has as well.</summary>
    internal async Task EndAsync(CancellationToken cancellation)
    {
        _out.Data(_stream, [], endsStream: true);
        try
        {
            do
            {
                await SendAsync(cancellation);
                _in!.Add(await _socket.ReceiveAsync(_in.Free(), cancellation));
            }
            while (!TakesEnd());
        }
        catch (Exception failure) when (failure is SocketException or EndOfStreamException)
        {
            // Nothing depends on it.
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Open(byte[] message)
    {
        if (_stream != 0)
        {
            _out.Cancel(_stream);
        }

        _stream += _stream == 0 ? 1 : 2;
        _message.Clear();
        _out.Headers(_stream, headers);
        _out.Data(_stream, message, endsStream: false);
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        for (ReadOnlyMemory<byte> rest = _out.Written; !rest.IsEmpty;)
        {
            rest = rest[await _socket.SendAsync(rest, cancellation)..];
        }

        _out.Clear();
    }

    private bool TakesEnd()
    {
        while (_in!.TryTake(out Http2Frame frame, out ReadOnlySpan<byte> payload))
        {
            if (frame.Type is Http2Frame.Reset or Http2Frame.GoAway || (frame.Stream == _stream && frame.EndsStream))
            {
                return true;
            }

            OnConnection(frame, payload);
        }

        return false;
    }

    private void OnConnection(in Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        if (frame.IsAck)
        {
            return;
        }

        if (frame.Type == Http2Frame.Settings)
        {
            _isUp = true;
            _out.Acknowledge(Http2Frame.Settings, []);
        }
        else if (frame.Type == Http2Frame.Ping)
        {
            _out.Acknowledge(Http2Frame.Ping, payload);
        }
    }

    private CrowdAnswer? Take()
    {
        CrowdAnswer? answer = null;
        while (_in!.TryTake(out Http2Frame frame, out ReadOnlySpan<byte> payload))
        {
            switch (frame.Type)
            {
                case Http2Frame.Settings or Http2Frame.Ping:
                    OnConnection(frame, payload);
                    break;
                case Http2Frame.Data when frame.Stream == _stream:
                    answer ??= OnData(payload);
                    break;
                case Http2Frame.Headers when frame.Stream == _stream && frame.EndsStream:
                    answer ??= OnEnd(payload);
                    break;
                case Http2Frame.Reset when frame.Stream == _stream:
                case Http2Frame.GoAway:
                    return CrowdAnswer.Gone;
            }
        }

        return answer;
    }

    private CrowdAnswer? OnData(ReadOnlySpan<byte> bytes)
    {
        _message.AddRange(bytes);
        while (GrpcCall.TryTake(_message, out byte[] message))
        {
            SubmitStreamResponse answer = SubmitStreamResponse.Parser.ParseFrom(message);
            if (answer.Refused.Values.FirstOrDefault() is { } refused)
            {
                RetryAfter = refused.Status == Receipt.Types.Status.Later
                    ? refused.Problem.RetryAfter.ToTimeSpan()
                    : throw new BenchException($"A ping was answered {refused.Status}: {refused.Problem?.Message}");
                return CrowdAnswer.Later;
            }

            if (answer.DurableThrough > 0)
            {
                return CrowdAnswer.Durable;
            }
        }

        return null;
    }

    // Trailers, as the gateway writes them: names and values as they are.
    private CrowdAnswer OnEnd(ReadOnlySpan<byte> trailers)
    {
        if (trailers.IndexOf("grpc-status\u000214"u8) < 0)
        {
            throw new BenchException($"A stream was ended with {Encoding.ASCII.GetString(trailers)}");
        }

        RetryAfter = TimeSpan.FromSeconds(1);
        return CrowdAnswer.Later;
    }
}
