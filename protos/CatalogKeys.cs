namespace Mesh.Contracts;

/// <summary>
/// The keys of <c>quest.v1.catalog</c>. An id is never empty, so a key says what its record holds.
/// </summary>
public static class CatalogKeys
{
    /// <summary>The key of a version of a game: <c>tenant/game/version</c>.</summary>
    public static string Game(string tenant, string game, ulong version) => $"{tenant}/{game}/{version}";

    /// <summary>The key of a version of a tenant's door policy: <c>tenant//version</c>.</summary>
    public static string DoorPolicy(string tenant, uint version) => $"{tenant}//{version}";

    /// <summary>Whether a record with this key holds a door policy, and not a game.</summary>
    public static bool IsDoorPolicy(ReadOnlySpan<byte> key) => key.IndexOf("//"u8) >= 0;
}
