namespace Mesh.Gateway;

/// <summary>How much the gateway lets in at once.</summary>
internal static class Limits
{
    /// <summary>Connections of each endpoint, unless <c>Mesh__Connections</c> says otherwise.</summary>
    public const int Connections = 20_000;

    /// <summary>Streams of a connection, unless <c>Mesh__StreamsPerConnection</c> says otherwise.</summary>
    public const int StreamsPerConnection = 1_000;

    /// <summary>The most that these settings may say.</summary>
    public const int LargestSetting = 1_000_000;
}
