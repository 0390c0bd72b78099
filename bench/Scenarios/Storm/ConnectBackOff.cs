using System.Diagnostics;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>
/// When a client tries to connect again, as gRPC's do (its connection back-off protocol, with the values given there).
/// </summary>
internal sealed class ConnectBackOff
{
    private const double Multiplier = 1.6;
    private const double Jitter = 0.2;
    private static readonly TimeSpan Initial = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan MinConnectTimeout = TimeSpan.FromSeconds(20);
    private TimeSpan _current = Initial;
    private TimeSpan _next = Initial;
    private long _began;

    /// <summary>So long a try may take.</summary>
    internal TimeSpan GiveUpAfter => _next > MinConnectTimeout ? _next : MinConnectTimeout;

    /// <summary>A try begins.</summary>
    internal void Begin() => _began = Stopwatch.GetTimestamp();

    /// <summary>It has failed: waits until the next may begin, which counts from when this one began.</summary>
    internal async Task WaitAsync(CancellationToken cancellation)
    {
        TimeSpan wait = _next - Stopwatch.GetElapsedTime(_began);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, cancellation);
        }

        _current = TimeSpan.FromTicks(Math.Min((long)(_current.Ticks * Multiplier), Longest.Ticks));
        _next = _current * (1 + (Jitter * ((2 * Random.Shared.NextDouble()) - 1)));
    }
}
