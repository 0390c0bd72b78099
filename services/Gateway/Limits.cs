namespace Mesh.Gateway;

/// <summary>How much the gateway lets in at once.</summary>
internal static class Limits
{
    /// <summary>Connections of each endpoint, unless <c>Mesh__Connections</c> says otherwise.</summary>
    public const int Connections = 20_000;

    /// <summary>Streams of a connection, unless <c>Mesh__StreamsPerConnection</c> says otherwise.</summary>
    public const int StreamsPerConnection = 1_000;

    /// <summary>
    /// New connections a second of each endpoint for each processor, unless <c>Mesh__ConnectionsPerSecond</c> says
    /// otherwise for all: one costs some 1 ms of a processor here and as much at the door, and 60 KB of what the
    /// collector moves. With several times as many others notice.
    /// </summary>
    public const int ConnectionsPerSecondAndProcessor = 20;

    /// <summary>
    /// Connections of each endpoint that the kernel keeps until they are accepted, unless the system's own limit is
    /// less (<c>net.core.somaxconn</c>); who finds it full tries again by TCP's own back-off.
    /// </summary>
    public const int Backlog = 4_096;

    /// <summary>
    /// So many a second are accepted, to wait for their turn: each endpoint has room for as many as it may have
    /// connections.
    /// </summary>
    public const int AcceptedPerSecond = 1_000;

    /// <summary>
    /// So many a second are closed that have been given up before their turn: thousands are in the same moment, since
    /// all have waited as long.
    /// </summary>
    public const int ClearedPerSecond = 4_000;

    /// <summary>New connections at once, before they are let in by that rate.</summary>
    public const int ConnectionsAtOnce = 50;

    /// <summary>The most that these settings may say.</summary>
    public const int LargestSetting = 1_000_000;
}
