using System.Buffers.Binary;

namespace Mesh.Broker.Wire;

/// <summary>
/// The header of a record batch, message format 2 (KIP-98): 61 bytes, big-endian. The checksum covers everything from
/// the attributes to the end; base offset and leader epoch lie before it, so offsets are assigned without a new one.
/// </summary>
internal readonly ref struct BatchHeader
{
    /// <summary>Bytes from the start of a batch to its first record.</summary>
    public const int Size = 61;

    /// <summary>Bytes that the batch's length field does not count: base offset and the field itself.</summary>
    public const int LengthOverhead = 12;

    /// <summary>Where that begins which the checksum covers.</summary>
    public const int CheckedFrom = AttributesAt;

    private const int LeaderEpochAt = 12;
    private const int MagicAt = 16;
    private const int CrcAt = 17;
    private const int AttributesAt = 21;
    private const int LastOffsetDeltaAt = 23;
    private const int BaseTimestampAt = 27;
    private const int MaxTimestampAt = 35;
    private const int ProducerIdAt = 43;
    private const int ProducerEpochAt = 51;
    private const int BaseSequenceAt = 53;
    private const int RecordCountAt = 57;
    private const int LogAppendTimeBit = 8;
    private const int DeleteHorizonBit = 64;

    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Reads a header; <paramref name="bytes"/> holds at least <see cref="Size"/> bytes.</summary>
    public BatchHeader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
    }

    public long BaseOffset => BinaryPrimitives.ReadInt64BigEndian(_bytes);

    /// <summary>The whole batch, in bytes; a claim of the sender's until compared with what is there.</summary>
    public long TotalBytes => (long)BinaryPrimitives.ReadInt32BigEndian(_bytes[8..]) + LengthOverhead;

    public byte Magic => _bytes[MagicAt];

    public uint Crc => BinaryPrimitives.ReadUInt32BigEndian(_bytes[CrcAt..]);

    public short Attributes => BinaryPrimitives.ReadInt16BigEndian(_bytes[AttributesAt..]);

    /// <summary>0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.</summary>
    public int Codec => Attributes & 7;

    public bool IsTransactional => (Attributes & 16) != 0;

    public bool IsControl => (Attributes & 32) != 0;

    /// <summary>
    /// Whether compaction has set the moment from which on its tombstones may go: it stands in place of the base
    /// timestamp (KIP-534).
    /// </summary>
    public bool HasDeleteHorizon => (Attributes & DeleteHorizonBit) != 0;

    /// <summary>Whether its records carry the time of their arrival, which is the batch's newest timestamp.</summary>
    public bool HasAppendTime => (Attributes & LogAppendTimeBit) != 0;

    public int LastOffsetDelta => BinaryPrimitives.ReadInt32BigEndian(_bytes[LastOffsetDeltaAt..]);

    public long LastOffset => BaseOffset + LastOffsetDelta;

    public long BaseTimestamp => BinaryPrimitives.ReadInt64BigEndian(_bytes[BaseTimestampAt..]);

    public long MaxTimestamp => BinaryPrimitives.ReadInt64BigEndian(_bytes[MaxTimestampAt..]);

    public long ProducerId => BinaryPrimitives.ReadInt64BigEndian(_bytes[ProducerIdAt..]);

    public short ProducerEpoch => BinaryPrimitives.ReadInt16BigEndian(_bytes[ProducerEpochAt..]);

    public int BaseSequence => BinaryPrimitives.ReadInt32BigEndian(_bytes[BaseSequenceAt..]);

    public int RecordCount => BinaryPrimitives.ReadInt32BigEndian(_bytes[RecordCountAt..]);

    /// <summary>The checksum that the bytes of a whole batch should have.</summary>
    public static uint ComputeCrc(ReadOnlySpan<byte> batch) => Crc32C.Of(batch[AttributesAt..]);

    /// <summary>Writes where the batch begins in the log; outside the checksum.</summary>
    public static void Place(Span<byte> batch, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[LeaderEpochAt..], leaderEpoch);
    }

    /// <summary>Stamps a batch with the moment of appending, for topics that want it; needs a new checksum.</summary>
    public static void StampAppendTime(Span<byte> batch, long timestampMs)
    {
        short attributes = BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]);
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesAt..], (short)(attributes | LogAppendTimeBit));
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], timestampMs);
        BinaryPrimitives.WriteUInt32BigEndian(batch[CrcAt..], ComputeCrc(batch));
    }

    /// <summary>
    /// Makes a batch of other records out of an earlier one: offsets, producer and sequences stay as they were.
    /// </summary>
    /// <param name="batch">Where it is written; behind the header lie the records.</param>
    /// <param name="earlier">The earlier batch's header.</param>
    public static void Remake(
        Span<byte> batch, ReadOnlySpan<byte> earlier, int codec, long baseTimestamp, bool isHorizon, long maxTimestamp,
        int records)
    {
        earlier[..Size].CopyTo(batch);
        int attributes = (BinaryPrimitives.ReadInt16BigEndian(earlier[AttributesAt..]) & ~(7 | DeleteHorizonBit))
            | codec | (isHorizon ? DeleteHorizonBit : 0);
        BinaryPrimitives.WriteInt32BigEndian(batch[8..], batch.Length - LengthOverhead);
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesAt..], (short)attributes);
        BinaryPrimitives.WriteInt64BigEndian(batch[BaseTimestampAt..], baseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], maxTimestamp);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordCountAt..], records);
        BinaryPrimitives.WriteUInt32BigEndian(batch[CrcAt..], ComputeCrc(batch));
    }

    /// <summary>
    /// Judges one whole batch as it arrives from a client. Only the header and the checksum are looked at.
    /// </summary>
    public static ErrorCode Judge(ReadOnlySpan<byte> batch, int maxBytes)
    {
        if (batch.Length <= MagicAt)
        {
            return ErrorCode.CorruptMessage;
        }

        if (batch[MagicAt] != 2)
        {
            return ErrorCode.UnsupportedForMessageFormat;
        }

        if (batch.Length < Size)
        {
            return ErrorCode.CorruptMessage;
        }

        BatchHeader header = new(batch);
        if (header.TotalBytes != batch.Length)
        {
            // A client sends one batch per partition; two at once would hide the second from the producer's check.
            return header.TotalBytes < batch.Length ? ErrorCode.InvalidRecord : ErrorCode.CorruptMessage;
        }

        if (batch.Length > maxBytes)
        {
            return ErrorCode.MessageTooLarge;
        }

        if (header.Crc != ComputeCrc(batch))
        {
            return ErrorCode.CorruptMessage;
        }

        if (header.IsTransactional)
        {
            return ErrorCode.InvalidTxnState;
        }

        bool sound = header.RecordCount > 0 && header.LastOffsetDelta == header.RecordCount - 1 && !header.IsControl
            && (header.ProducerId < 0 || (header.BaseSequence >= 0 && header.ProducerEpoch >= 0));
        if (!sound)
        {
            return ErrorCode.InvalidRecord;
        }

        return header.Codec <= 4 ? ErrorCode.None : ErrorCode.UnsupportedCompressionType;
    }
}
