using System.Numerics;
using System.Runtime.InteropServices;

namespace Mesh.Broker.Wire;

/// <summary>CRC-32C (Castagnoli), the checksum of record batches and of the broker's own journals.</summary>
internal static class Crc32C
{
    /// <summary>What <see cref="Append"/> begins with.</summary>
    public const uint Initial = 0xFFFFFFFF;

    /// <summary>Checksums <paramref name="bytes"/>; initial value and final xor are all ones.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Finish(Append(Initial, bytes));

    /// <summary>Goes on with a checksum, for what is too long to be in memory at once.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        // BitOperations compiles to the processor's own instruction, eight bytes a step.
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian
                ? word
                : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }

    public static uint Finish(uint crc) => ~crc;
}
