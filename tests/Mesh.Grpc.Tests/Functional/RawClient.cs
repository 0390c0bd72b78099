using System.Net;
using System.Net.Http.Headers;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>Sends what a well-behaved gRPC client would not.</summary>
internal static class RawClient
{
    public static HttpClient Create() => new(new SocketsHttpHandler());

    public static async Task<HttpResponseMessage> SendAsync(
        HttpClient http,
        string address,
        string path,
        byte[] body,
        Action<HttpRequestMessage>? change = null,
        string contentType = "application/grpc")
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/{path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        change?.Invoke(request);
        return await http.SendAsync(request).WaitAsync(EchoServer.Patience);
    }

    /// <summary>The status from the trailers, or from the headers of a reply that consists of them.</summary>
    public static string? StatusOf(HttpResponseMessage response) =>
        response.TrailingHeaders.TryGetValues("grpc-status", out var trailing) ? trailing.Single()
        : response.Headers.TryGetValues("grpc-status", out var leading) ? leading.Single()
        : null;
}
