using System.Text;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Server;

/// <summary>One request: what it acts on, in which version, and the bytes it came in.</summary>
/// <param name="Broker">The broker's state.</param>
/// <param name="Version">The request's version, one that is spoken.</param>
/// <param name="Host">The host under which this client is told to find the broker.</param>
/// <param name="Port">The port that goes with it.</param>
/// <param name="Frame">The request, from its header on; batches are stamped in it before they are written.</param>
/// <param name="ClientIdUtf8">What the client calls itself.</param>
/// <param name="Client">The client's end of the connection.</param>
internal readonly record struct RequestCall(
    BrokerState Broker,
    short Version,
    string Host,
    int Port,
    ArraySegment<byte> Frame,
    ArraySegment<byte> ClientIdUtf8,
    ClientLink Client)
{
    public string ClientId => Encoding.UTF8.GetString(ClientIdUtf8);
}

/// <summary>Answers a request; false when the client wants no answer.</summary>
internal delegate bool RequestHandler(in RequestCall call, ref WireReader request, WireWriter response);

/// <summary>An API as it is advertised and handled.</summary>
/// <param name="Key">Which.</param>
/// <param name="MinVersion">The oldest version advertised.</param>
/// <param name="MaxVersion">The newest.</param>
/// <param name="FlexibleFrom">The first flexible version (KIP-482).</param>
/// <param name="Handle">Answers it; null for fetches, which are answered by the connection.</param>
/// <param name="Waits">Whether answering may take long, so that earlier answers are sent before.</param>
internal sealed record ApiSpec(
    ApiKey Key, short MinVersion, short MaxVersion, short FlexibleFrom, RequestHandler? Handle, bool Waits = false)
{
    /// <summary>For an API without a flexible version among those spoken.</summary>
    public const short NeverFlexible = short.MaxValue;

    public bool Speaks(short version) => version >= MinVersion && version <= MaxVersion;
}
