using System.Net;

namespace Mesh.Grpc.Interop.Wire;

/// <summary>Sends requests on and scans the messages of the last one and of its response.</summary>
internal sealed class ScanningHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>The messages that the last call sent.</summary>
    public FrameScanner Requests { get; private set; } = new();

    /// <summary>The messages that it received.</summary>
    public FrameScanner Responses { get; private set; } = new();

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var requests = Requests = new FrameScanner();
        var responses = Responses = new FrameScanner();
        if (request.Content is { } content)
        {
            request.Content = new ScannedContent(content, requests);
        }

        var response = await base.SendAsync(request, cancellationToken);
        var body = response.Content;
        var stream = new ScannedStream(await body.ReadAsStreamAsync(cancellationToken), responses);
        response.Content = new StreamContent(stream);
        CopyHeaders(body, response.Content);
        return response;
    }

    private static void CopyHeaders(HttpContent from, HttpContent to)
    {
        foreach (var header in from.Headers.NonValidated)
        {
            to.Headers.TryAddWithoutValidation(header.Key, header.Value.AsEnumerable());
        }
    }

    private sealed class ScannedContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly FrameScanner _scanner;

        public ScannedContent(HttpContent inner, FrameScanner scanner)
        {
            _inner = inner;
            _scanner = scanner;
            CopyHeaders(inner, this);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        // The stream is the connection's: it is written to, not disposed of.
        protected override Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            _inner.CopyToAsync(new ScannedStream(stream, _scanner), context, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
