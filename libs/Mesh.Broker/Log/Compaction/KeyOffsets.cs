using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mesh.Broker.Log.Compaction;

/// <summary>
/// The last offset of each key in what has not been compacted yet, by 128 bits of the key's SHA-256: two keys that
/// share them will not be met. Bounded; what does not fit waits for the next pass.
/// </summary>
internal sealed class KeyOffsets
{
    private readonly Dictionary<UInt128, long> _last = [];

    /// <summary>Whether so many more keys may be added; one batch always may.</summary>
    public bool HasRoom(int keys) => _last.Count == 0 || _last.Count + keys <= Limits.CompactionKeys;

    public void Add(ReadOnlySpan<byte> key, long offset) => _last[Hash(key)] = offset;

    /// <summary>Whether the key comes again behind an offset.</summary>
    public bool ComesAgain(ReadOnlySpan<byte> key, long offset) =>
        _last.TryGetValue(Hash(key), out long last) && last > offset;

    private static UInt128 Hash(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
