using Mesh.Broker.Wire;

namespace Mesh.Broker.Server;

/// <summary>One request: what it acts on, in which version, and the bytes it came in.</summary>
/// <param name="Broker">The broker's state.</param>
/// <param name="Version">The request's version, one that is spoken.</param>
/// <param name="Host">The host under which this client is told to find the broker.</param>
/// <param name="Port">The port that goes with it.</param>
/// <param name="Frame">The request, from its header on; batches are stamped in it before they are written.</param>
internal readonly record struct RequestCall(
    BrokerState Broker, short Version, string Host, int Port, ArraySegment<byte> Frame);

/// <summary>Answers a request; false when the client wants no answer.</summary>
internal delegate bool RequestHandler(in RequestCall call, ref WireReader request, WireWriter response);

/// <summary>An API as it is advertised and handled.</summary>
/// <param name="Key">Which.</param>
/// <param name="MinVersion">The oldest version advertised.</param>
/// <param name="MaxVersion">The newest.</param>
/// <param name="FlexibleFrom">The first flexible version (KIP-482).</param>
/// <param name="Handle">Answers it; null for fetches, which may wait and are answered by the connection.</param>
internal sealed record ApiSpec(
    ApiKey Key, short MinVersion, short MaxVersion, short FlexibleFrom, RequestHandler? Handle)
{
    /// <summary>For an API without a flexible version among those spoken.</summary>
    public const short NeverFlexible = short.MaxValue;

    public bool Speaks(short version) => version >= MinVersion && version <= MaxVersion;
}
