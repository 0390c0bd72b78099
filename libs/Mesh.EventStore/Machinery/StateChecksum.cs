using System.Buffers.Binary;
using System.Numerics;

namespace Mesh.EventStore.Machinery;

/// <summary>CRC-32C of what a state row says. It is stored: computing it otherwise damages every row.</summary>
internal static class StateChecksum
{
    public static int Of(in StateRow row)
    {
        uint crc = uint.MaxValue;
        crc = BitOperations.Crc32C(crc, (uint)row.Part);
        crc = BitOperations.Crc32C(crc, (ulong)row.Position);
        crc = BitOperations.Crc32C(crc, (uint)row.Fold);
        // The length tells the key's end from the bytes' beginning.
        crc = BitOperations.Crc32C(crc, (uint)row.Key.Length);
        foreach (char one in row.Key)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        crc = Append(crc, row.Bytes);
        return (int)~crc;
    }

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return crc;
    }
}
