using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mesh.Bus;

/// <summary>Tells a record from another one at the same offset.</summary>
public static class RecordChecksum
{
    /// <summary>
    /// The first four bytes, little-endian, of the SHA-256 of a value; a tombstone's is that of an empty value. It is
    /// stored: computing it otherwise makes every stored one that of another record.
    /// </summary>
    public static uint Of(ReadOnlySpan<byte> value)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(value, hash);
        return BinaryPrimitives.ReadUInt32LittleEndian(hash);
    }
}
