using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mesh.AppModel.Hosting;

/// <summary>
/// Asks a project's <c>/health</c> until it answers 200. A gRPC service speaks HTTP/2 without TLS, where nothing
/// negotiates the version: so both are tried until one of them gets a response, and that one is kept.
/// </summary>
internal sealed class HealthProbe : IDisposable
{
    private const string HealthPath = "/health";

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    /// <summary>Waits until the project answers 200, its process ends, or the time is up.</summary>
    /// <returns>Null when healthy, else what is wrong.</returns>
    internal async Task<string?> WaitAsync(
        string url, TimeSpan limit, Func<bool> hasExited, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var address = new Uri(url + HealthPath);
        Version[] versions = [HttpVersion.Version20, HttpVersion.Version11];
        var last = "nothing listens there";
        while (!hasExited())
        {
            if (await ListensAsync(address, cancellation))
            {
                foreach (var version in versions)
                {
                    var status = await AskAsync(address, version, cancellation);
                    if (status == HttpStatusCode.OK)
                    {
                        return null;
                    }

                    if (status is { } answered)
                    {
                        last = $"it answers {(int)answered}";
                        versions = [version];
                        break;
                    }

                    last = "it does not answer";
                }
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                return $"was not healthy within {limit.TotalSeconds:0} s (GET {address}: {last})";
            }

            await Task.Delay(Beat, cancellation);
        }

        return "ended while it was starting";
    }

    public void Dispose() => _client.Dispose();

    private static async Task<bool> ListensAsync(Uri address, CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<HttpStatusCode?> AskAsync(Uri address, Version version, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address)
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await _client.SendAsync(request, cancellation);

            // What Kestrel says to HTTP/1.1 on an HTTP/2 endpoint.
            var wrongVersion = version == HttpVersion.Version11 && response.StatusCode == HttpStatusCode.BadRequest;
            return wrongVersion ? null : response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
