namespace Mesh.Bench.Scenarios.Grpc;

/// <summary>One way to load a server.</summary>
/// <param name="Name">For people.</param>
/// <param name="IsDuplex">Messages over open streams, rather than calls of one message each.</param>
/// <param name="Connections">HTTP/2 connections.</param>
/// <param name="Streams">Streams at a time on each.</param>
/// <param name="InFlight">Messages that are under way in each stream.</param>
/// <param name="AimOfRatio">Of the bare endpoint's calls per CPU-second.</param>
/// <param name="AimBytes">Allocated per call.</param>
internal sealed record LoadMode(
    string Name, bool IsDuplex, int Connections, int Streams, int InFlight, double AimOfRatio, double AimBytes)
{
    internal static readonly LoadMode[] All =
    [
        new("unary, 1 connection of 64 streams", IsDuplex: false, 1, 64, 1, 0.85, 500),
        new("unary, 16 connections of 4 streams", IsDuplex: false, 16, 4, 1, 0.85, 500),
        new("duplex, 64 streams, 1 in flight", IsDuplex: true, 1, 64, 1, 0.85, 200),
        new("duplex, 4 streams, 64 in flight", IsDuplex: true, 1, 4, 64, 0.75, 200),
    ];

    internal string Path => IsDuplex ? "/mesh.bench.Echo/Duplex" : "/mesh.bench.Echo/Unary";
}
