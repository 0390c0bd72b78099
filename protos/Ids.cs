using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mesh.Contracts;

/// <summary>
/// Ids are made of what a thing is, so that a retry, a rebuild or another order of arrival comes to the same id. Each
/// is a UUIDv5 (RFC 9562 §5.5) whose name is its fields in UTF-8, each preceded by its length as a varint.
/// </summary>
public static class Ids
{
    /// <summary>The namespace of reward ids.</summary>
    public static readonly Guid RewardNamespace = new("6f1d7a0e-2f0b-5c57-9a3e-5b1c2d9e4a10");

    /// <summary>The namespace of reversals.</summary>
    public static readonly Guid ReversalNamespace = new("0b9f3c7e-61d4-5f0a-8c2b-7d4e9f1a3b25");

    /// <summary>The namespace of session ids.</summary>
    public static readonly Guid SessionNamespace = new("c4a81e52-9d37-5b6f-a0e1-3f7c5d2b8e46");

    /// <summary>The namespace of the action ids that a replayed file gives its rows.</summary>
    public static readonly Guid ReplayNamespace = new("e7d2b5f9-4c18-5a3d-b6f0-1a9e8c7d5f63");

    /// <summary>
    /// A reward: what was reached (<paramref name="step"/> names the occurrence), by whom, under which rule.
    /// </summary>
    public static Guid Reward(
        string tenant, string game, string quest, string subject, string step, string player, string rule) =>
        Make(RewardNamespace, tenant, game, quest, subject, step, player, rule);

    /// <summary>The reversal of a reward.</summary>
    public static Guid Reversal(Guid reward) => Make(ReversalNamespace, reward.ToString("D"), "reverse");

    /// <summary>A session, named by the effective time of the action that opened it.</summary>
    public static Guid Session(string tenant, string game, string player, long firstEffectiveUs) =>
        Make(SessionNamespace, tenant, game, player, firstEffectiveUs.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// The action that a row of a replayed file is.
    /// </summary>
    /// <param name="fileSha256">SHA-256 of the decompressed file, lower-case hexadecimal.</param>
    /// <param name="row">The row's number, from 0, the heading not counted.</param>
    /// <param name="player">The player, with its <c>~N</c> when it is a copy.</param>
    public static Guid ReplayedAction(string fileSha256, long row, string player) =>
        Make(ReplayNamespace, fileSha256, row.ToString(CultureInfo.InvariantCulture), player);

    /// <summary>The 16 bytes of an id as events carry them: network order.</summary>
    public static byte[] ToBytes(Guid id) => id.ToByteArray(bigEndian: true);

    /// <summary>The id in 16 bytes of network order.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> are not 16.</exception>
    public static Guid FromBytes(ReadOnlySpan<byte> bytes) => new(bytes, bigEndian: true);

    /// <summary>A UUIDv5 of length-prefixed fields.</summary>
    public static Guid Make(Guid space, params ReadOnlySpan<string> fields)
    {
        int size = 16;
        foreach (string field in fields)
        {
            size += 5 + Encoding.UTF8.GetMaxByteCount(field.Length);
        }

        Span<byte> name = size <= 1024 ? stackalloc byte[1024] : new byte[size];
        space.TryWriteBytes(name, bigEndian: true, out int length);
        foreach (string field in fields)
        {
            uint rest = (uint)Encoding.UTF8.GetByteCount(field);
            for (; rest >= 0x80; rest >>= 7)
            {
                name[length++] = (byte)(rest | 0x80);
            }

            name[length++] = (byte)rest;
            length += Encoding.UTF8.GetBytes(field, name[length..]);
        }

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        HashName(name[..length], hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    // UUIDv5 is defined on SHA-1; nothing here relies on its strength.
#pragma warning disable CA5350
    private static void HashName(ReadOnlySpan<byte> name, Span<byte> hash) => SHA1.HashData(name, hash);
#pragma warning restore CA5350
}
