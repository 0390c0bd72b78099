using System.Buffers.Binary;
using System.Text;

namespace Mesh.Contracts;

/// <summary>
/// Which key a state lives under, and which partition a key lies in. The partition is Kafka's own: murmur2 of the
/// key, so that a Java producer lands on the same one (<c>org.apache.kafka.common.utils.Utils.murmur2</c>; librdkafka's
/// <c>partitioner=murmur2_random</c>).
/// </summary>
public static class Placement
{
    /// <summary>The number of partitions of every domain topic.</summary>
    public const int Partitions = 12;

    /// <summary>What is between tenant and player in the key of a player's state.</summary>
    public const string PlayerInfix = "/p/";

    /// <summary>What is between tenant and game in the key of a game's own state.</summary>
    public const string GameInfix = "/g/";

    /// <summary>What follows the tenant in the key of its door policy.</summary>
    public const string DoorInfix = "/d/";

    /// <summary>The key of a player's state: <c>tenant/p/player</c>.</summary>
    public static string Player(string tenant, string player) => $"{tenant}{PlayerInfix}{player}";

    /// <summary>The key of a team's state: <c>tenant/t/team</c>.</summary>
    public static string Team(string tenant, string team) => $"{tenant}/t/{team}";

    /// <summary>The key of a zone's state: <c>tenant/z/game/zone</c>.</summary>
    public static string Zone(string tenant, string game, string zone) => $"{tenant}/z/{game}/{zone}";

    /// <summary>The key of a game's own state: <c>tenant/g/game</c>.</summary>
    public static string Game(string tenant, string game) => $"{tenant}{GameInfix}{game}";

    /// <summary>The key of a tenant's door policy: <c>tenant/d/door</c>.</summary>
    public static string Door(string tenant) => $"{tenant}{DoorInfix}door";

    /// <summary>The tenant and the player of a player's key; null: it is none.</summary>
    public static (string Tenant, string Player)? PlayerOf(string key) => Split(key, PlayerInfix);

    /// <summary>The tenant and the game of a game's key; null: it is none.</summary>
    public static (string Tenant, string Game)? GameOf(string key) => Split(key, GameInfix);

    /// <summary>The tenant of a door policy's key, and what follows; null: it is none.</summary>
    public static (string Tenant, string Name)? DoorOf(string key) => Split(key, DoorInfix);

    /// <summary>The partition of a key, from 0 to <see cref="Partitions"/> - 1.</summary>
    public static int Partition(string key)
    {
        Span<byte> utf8 = stackalloc byte[512];
        return Encoding.UTF8.TryGetBytes(key, utf8, out int length)
            ? Partition(utf8[..length])
            : Partition(Encoding.UTF8.GetBytes(key));
    }

    /// <summary>The partition of a key's UTF-8 bytes.</summary>
    public static int Partition(ReadOnlySpan<byte> key) => (int)((Murmur2(key) & 0x7fffffff) % Partitions);

    /// <summary>MurmurHash2, 32 bits, with Kafka's seed.</summary>
    public static uint Murmur2(ReadOnlySpan<byte> data)
    {
        const uint seed = 0x9747b28c;
        const uint m = 0x5bd1e995;
        uint h = seed ^ (uint)data.Length;
        while (data.Length >= 4)
        {
            uint k = BinaryPrimitives.ReadUInt32LittleEndian(data) * m;
            k ^= k >> 24;
            h = (h * m) ^ (k * m);
            data = data[4..];
        }

        if (data.Length > 0)
        {
            for (int i = data.Length - 1; i >= 0; i--)
            {
                h ^= (uint)data[i] << (8 * i);
            }

            h *= m;
        }

        h = (h ^ (h >> 13)) * m;
        return h ^ (h >> 15);
    }

    // An id holds no slash, so the first one ends the tenant.
    private static (string, string)? Split(string key, string infix)
    {
        int end = key.IndexOf('/', StringComparison.Ordinal);
        return end >= 0 && key.AsSpan(end).StartsWith(infix) ? (key[..end], key[(end + infix.Length)..]) : null;
    }
}
