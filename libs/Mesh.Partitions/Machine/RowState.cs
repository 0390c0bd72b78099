using System.Text;

namespace Mesh.Partitions.Machine;

/// <summary>An origin as a reader tells it apart: a partition of a store, heard on one topic partition.</summary>
internal readonly record struct OriginKey(string Topic, int TopicPartition, Guid Store, int Partition);

/// <summary>The last record sent to a target, and the last of them that was acknowledged.</summary>
internal readonly record struct SentMark(string Topic, int Partition, long Sent, long Acknowledged, long NextOffset);

/// <summary>How far a topic partition was read.</summary>
/// <param name="Next">The next offset.</param>
/// <param name="Before">The <see cref="Bus.RecordChecksum"/> of the record before it; null: not known.</param>
internal readonly record struct InputPlace(long Next, uint? Before);

/// <summary>
/// The two opaque columns of a partition's row: what it has read and what it has sent. Little-endian, strings with a
/// length; rewritten whole by each commit. Inputs of version 1 have no checksums.
/// </summary>
internal static class RowState
{
    private const byte InputsVersion = 2;
    private const byte InputsWithoutChecksums = 1;
    private const byte SentVersion = 1;

    public static byte[] EncodeInputs(
        Dictionary<(string Topic, int Partition), InputPlace> places, Dictionary<OriginKey, long> inbox)
    {
        using MemoryStream bytes = new(256);
        using BinaryWriter writer = new(bytes, Encoding.UTF8);
        writer.Write(InputsVersion);
        writer.Write7BitEncodedInt(places.Count);
        foreach (((string topic, int partition), InputPlace place) in places)
        {
            writer.Write(topic);
            writer.Write7BitEncodedInt(partition);
            writer.Write7BitEncodedInt64(place.Next);
            writer.Write(place.Before.HasValue);
            if (place.Before is { } before)
            {
                writer.Write(before);
            }
        }

        writer.Write7BitEncodedInt(inbox.Count);
        Span<byte> store = stackalloc byte[16];
        foreach ((OriginKey origin, long position) in inbox)
        {
            writer.Write(origin.Topic);
            writer.Write7BitEncodedInt(origin.TopicPartition);
            origin.Store.TryWriteBytes(store);
            writer.Write(store);
            writer.Write7BitEncodedInt(origin.Partition);
            writer.Write7BitEncodedInt64(position);
        }

        return bytes.ToArray();
    }

    public static void DecodeInputs(
        byte[] column, Dictionary<(string Topic, int Partition), InputPlace> places, Dictionary<OriginKey, long> inbox)
    {
        if (column.Length == 0)
        {
            return;
        }

        using BinaryReader reader = Open(column, "inputs", InputsWithoutChecksums, InputsVersion);
        bool checksums = column[0] == InputsVersion;
        for (int left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            string topic = string.Intern(reader.ReadString());
            int partition = reader.Read7BitEncodedInt();
            long next = reader.Read7BitEncodedInt64();
            uint? before = checksums && reader.ReadBoolean() ? reader.ReadUInt32() : null;
            places[(topic, partition)] = new InputPlace(next, before);
        }

        for (int left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            string topic = string.Intern(reader.ReadString());
            int topicPartition = reader.Read7BitEncodedInt();
            Guid store = new(reader.ReadBytes(16));
            int partition = reader.Read7BitEncodedInt();
            inbox[new OriginKey(topic, topicPartition, store, partition)] = reader.Read7BitEncodedInt64();
        }
    }

    public static byte[] EncodeSent(IEnumerable<SentMark> marks)
    {
        using MemoryStream bytes = new(64);
        using BinaryWriter writer = new(bytes, Encoding.UTF8);
        writer.Write(SentVersion);
        foreach (SentMark mark in marks)
        {
            writer.Write(mark.Topic);
            writer.Write7BitEncodedInt(mark.Partition);
            writer.Write7BitEncodedInt64(mark.Sent);
            writer.Write7BitEncodedInt64(mark.Acknowledged);
            writer.Write7BitEncodedInt64(mark.NextOffset);
        }

        return bytes.ToArray();
    }

    public static IEnumerable<SentMark> DecodeSent(byte[] column)
    {
        if (column.Length == 0)
        {
            yield break;
        }

        using BinaryReader reader = Open(column, "sent", SentVersion, SentVersion);
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            yield return new SentMark(
                string.Intern(reader.ReadString()),
                reader.Read7BitEncodedInt(),
                reader.Read7BitEncodedInt64(),
                reader.Read7BitEncodedInt64(),
                reader.Read7BitEncodedInt64());
        }
    }

    private static BinaryReader Open(byte[] column, string name, byte oldest, byte newest)
    {
        BinaryReader reader = new(new MemoryStream(column), Encoding.UTF8);
        byte version = reader.ReadByte();
        return version >= oldest && version <= newest
            ? reader
            : throw new InvalidDataException(
                $"Column partitions.{name} has version {version}; this program reads {oldest} to {newest}.");
    }
}
