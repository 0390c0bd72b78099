using System.Net;

namespace Mesh.Gateway;

/// <summary>
/// Asks every instance of every service how it is: <c>GET /health</c> over HTTP/2 on the address that serves gRPC.
/// </summary>
internal sealed class ServicesHealth(GatewayOptions options) : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient _client = new(new SocketsHttpHandler { ActivityHeadersPropagator = null })
    {
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = AnswerTimeout,
        MaxResponseContentBufferSize = 64 * 1024,
    };

    /// <summary>What is asked for when one instance is.</summary>
    /// <param name="Address">Its address.</param>
    /// <param name="Status"><c>ok</c>, or why it is not.</param>
    internal sealed record InstanceHealth(string Address, string Status);

    /// <summary>200 when every instance answers 200, else 503; the body names each one and what is wrong.</summary>
    internal async Task<IResult> Answer(CancellationToken cancellation)
    {
        var asked = options.Destinations.ToDictionary(
            service => service.Key,
            service => Task.WhenAll(service.Value.Select(address => Ask(address, cancellation))),
            StringComparer.Ordinal);
        await Task.WhenAll(asked.Values);

        SortedDictionary<string, InstanceHealth[]> services = new(StringComparer.Ordinal);
        List<string> problems = [];
        foreach ((string service, Task<InstanceHealth[]> instances) in asked)
        {
            services[service] = await instances;
            problems.AddRange(services[service]
                .Where(instance => instance.Status != "ok")
                .Select(instance => $"{service} at {instance.Address}: {instance.Status}"));
        }

        problems.Sort(StringComparer.Ordinal);
        return Results.Json(
            new { status = problems.Count == 0 ? "ok" : "unhealthy", problems, services },
            statusCode: problems.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    public void Dispose() => _client.Dispose();

    private async Task<InstanceHealth> Ask(Uri address, CancellationToken cancellation)
    {
        string status;
        try
        {
            using HttpResponseMessage response = await _client.GetAsync(new Uri(address, "/health"), cancellation);
            status = response.StatusCode == HttpStatusCode.OK
                ? "ok"
                : $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellation)}".TrimEnd();
        }
        catch (HttpRequestException failure)
        {
            status = $"unreachable: {failure.Message}";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            status = $"no answer within {AnswerTimeout.TotalSeconds:0} s";
        }

        return new InstanceHealth(address.GetLeftPart(UriPartial.Authority), status);
    }
}
