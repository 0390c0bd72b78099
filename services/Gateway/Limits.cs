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
    /// otherwise for all: one costs some 1 ms of a processor here, and as much at the door.
    /// </summary>
    public const int ConnectionsPerSecondAndProcessor = 50;

    /// <summary>
    /// The most connections that wait in the kernel's queue; who finds it full tries again by TCP's own back-off.
    /// </summary>
    public const int ConnectionsWaiting = 4_096;

    /// <summary>
    /// So many seconds' connections wait there at the most. A client gives up after some 20 s: were more to wait, those
    /// let in would be those that have gone already, and they take the turns of others.
    /// </summary>
    public const int SecondsOfWaiting = 8;

    /// <summary>New connections at once, before they are let in by that rate.</summary>
    public const int ConnectionsAtOnce = 50;

    /// <summary>The most that these settings may say.</summary>
    public const int LargestSetting = 1_000_000;
}
