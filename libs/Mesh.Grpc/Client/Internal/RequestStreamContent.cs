using System.Net;

namespace Grpc.Net.Client.Internal;

/// <summary>The body of a call with a stream of requests: it ends when the stream is completed.</summary>
internal sealed class RequestStreamContent : HttpContent
{
    private readonly RequestPump _pump;

    public RequestStreamContent(RequestPump pump)
    {
        _pump = pump;
        Headers.ContentType = SingleRequestContent.GrpcMediaType;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        _pump.RunAsync(stream, CancellationToken.None);

    protected override Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _pump.RunAsync(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
