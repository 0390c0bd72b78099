using System.Buffers.Binary;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Wire;

/// <summary>Record batches made by hand, for what a well-behaved client does not send.</summary>
internal static class Batches
{
    public static byte[] Make(
        int records = 1,
        long producerId = -1,
        short epoch = -1,
        int sequence = -1,
        int payload = 20,
        long timestamp = 1000)
    {
        byte[] batch = new byte[BatchHeader.Size + payload];
        Span<byte> b = batch;
        BinaryPrimitives.WriteInt32BigEndian(b[8..], batch.Length - BatchHeader.LengthOverhead);
        BinaryPrimitives.WriteInt32BigEndian(b[12..], -1);
        b[16] = 2;
        BinaryPrimitives.WriteInt32BigEndian(b[23..], records - 1);
        BinaryPrimitives.WriteInt64BigEndian(b[27..], timestamp);
        BinaryPrimitives.WriteInt64BigEndian(b[35..], timestamp);
        BinaryPrimitives.WriteInt64BigEndian(b[43..], producerId);
        BinaryPrimitives.WriteInt16BigEndian(b[51..], epoch);
        BinaryPrimitives.WriteInt32BigEndian(b[53..], sequence);
        BinaryPrimitives.WriteInt32BigEndian(b[57..], records);
        b[BatchHeader.Size..].Fill((byte)sequence);
        return Seal(batch);
    }

    /// <summary>Writes the checksum again after a change.</summary>
    public static byte[] Seal(byte[] batch)
    {
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), BatchHeader.ComputeCrc(batch));
        return batch;
    }
}
