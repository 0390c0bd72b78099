using System.Diagnostics;
using Mesh.Bench.Running;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>What the gateway says of all services.</summary>
internal sealed class Health(RunningMesh mesh, Violations violations) : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly Uri _address = new(mesh.Now().GatewayWeb + "/health");

    /// <summary>Waits until all is healthy; a violation when that takes longer than 90 s.</summary>
    internal async Task WaitAsync(CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        string answer;
        while ((answer = await AskAsync(cancellation)) != "")
        {
            if (mesh.Ended.IsCompleted)
            {
                throw mesh.Death();
            }

            if (Stopwatch.GetElapsedTime(began) > Limit)
            {
                violations.Add($"Not healthy within {Limit.TotalSeconds:0} s: {answer}", "");
                return;
            }

            await Task.Delay(Beat, cancellation);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<string> AskAsync(CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage response = await _client.GetAsync(_address, cancellation);
            return response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync(cancellation);
        }
        catch (Exception away) when (away is HttpRequestException or IOException
            || (away is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return away.Message;
        }
    }
}
