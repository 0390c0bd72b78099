using System.Net;
using System.Net.Http.Headers;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>The body of a call with one request, which is serialised before the call starts.</summary>
internal sealed class SingleRequestContent : HttpContent
{
    internal static readonly MediaTypeHeaderValue GrpcMediaType = new(ProtocolNames.ContentType);

    private readonly FrameBuffer _frame;
    private volatile bool _hasBegun;
    private volatile bool _isSent;

    public SingleRequestContent(FrameBuffer frame)
    {
        _frame = frame;
        Headers.ContentType = GrpcMediaType;
    }

    /// <summary>Whether some of it may have left: the transport asks for it once the call's headers are on their way.
    /// </summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Gives the memory back after a call that ended well. A broken one may still be sending.</summary>
    public void Release()
    {
        if (_isSent)
        {
            _frame.Release();
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    // Sent again from the start when the connection turns out to be closing; hence the buffer stays.
    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _hasBegun = true;
        await stream.WriteAsync(_frame.Written, cancellationToken).ConfigureAwait(false);
        _isSent = true;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
