using Mesh.ServiceDefaults;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Ingestion;

/// <summary>How many clients the door lets in at once. Read once at start.</summary>
/// <param name="Connections">Connections: one more is closed at once.</param>
/// <param name="StreamsPerConnection">Calls under way on a connection: one more waits at the client.</param>
/// <param name="SubmitStreams">Open SubmitStreams: one more is told when to come again.</param>
internal sealed record DoorOptions(int Connections, int StreamsPerConnection, int SubmitStreams)
{
    /// <summary>
    /// Reads <c>Mesh__Connections</c>, <c>Mesh__StreamsPerConnection</c> and <c>Mesh__SubmitStreams</c>.
    /// </summary>
    /// <exception cref="SettingException">One is wrong; the message names it.</exception>
    public static DoorOptions From(IConfiguration configuration) => new(
        configuration.NumberSetting("Connections", Limits.Connections, Limits.LargestSetting),
        configuration.NumberSetting("StreamsPerConnection", Limits.StreamsPerConnection, Limits.LargestSetting),
        configuration.NumberSetting("SubmitStreams", Limits.SubmitStreams, Limits.LargestSetting));

    /// <summary>Sets the server's part of it.</summary>
    public void Apply(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = Connections;
        limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
    }
}

/// <summary>Counts the open SubmitStreams. Safe for concurrent use.</summary>
internal sealed class OpenStreams(DoorOptions options)
{
    private int _open;

    /// <summary>A stream opens, if there is room for it; then it must <see cref="Close"/>.</summary>
    public bool TryOpen()
    {
        if (Interlocked.Increment(ref _open) <= options.SubmitStreams)
        {
            return true;
        }

        Close();
        return false;
    }

    /// <summary>A stream has ended.</summary>
    public void Close() => Interlocked.Decrement(ref _open);
}
