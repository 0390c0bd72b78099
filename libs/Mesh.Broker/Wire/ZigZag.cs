namespace Mesh.Broker.Wire;

/// <summary>The numbers inside a record: signed, zigzag, seven bits a byte, least first (KIP-98).</summary>
internal static class ZigZag
{
    /// <summary>The longest that one can be.</summary>
    public const int MaxBytes = 10;

    /// <summary>Takes a number off the front; false when there is none.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> from, out long value)
    {
        ulong raw = 0;
        for (int i = 0; i < MaxBytes && i < from.Length; i++)
        {
            raw |= (ulong)(from[i] & 0x7F) << (7 * i);
            if (from[i] < 0x80)
            {
                value = (long)(raw >> 1) ^ -(long)(raw & 1);
                from = from[(i + 1)..];
                return true;
            }
        }

        value = 0;
        return false;
    }

    /// <summary>Writes a number to the front of a span with room for it; how many bytes it took.</summary>
    public static int Write(Span<byte> to, long value)
    {
        ulong raw = (ulong)((value << 1) ^ (value >> 63));
        int i = 0;
        for (; raw >= 0x80; raw >>= 7)
        {
            to[i++] = (byte)(raw | 0x80);
        }

        to[i++] = (byte)raw;
        return i;
    }
}
