using System.Buffers.Binary;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Producers;

/// <summary>What a partition says to a batch of an idempotent producer.</summary>
/// <param name="Error">None for a batch that may be appended or was before.</param>
/// <param name="DuplicateOffset">The offset it got the first time; -1 for a new batch.</param>
internal readonly record struct SequenceVerdict(ErrorCode Error, long DuplicateOffset)
{
    public static readonly SequenceVerdict New = new(ErrorCode.None, -1);
}

/// <summary>
/// The idempotent producers of one partition and their last five batches each (KIP-98, KIP-360). A batch sent again
/// gets its first offset; a gap in the sequence and a producer of an older epoch are refused. A producer that is not
/// known, because its records have been deleted, may begin anywhere, as on Apache Kafka.
/// Owned by its partition, under that partition's lock.
/// </summary>
internal sealed class ProducerStates
{
    private const int SavedHead = 24;
    private const int SavedBatch = 16;
    private const int SavedBytes = SavedHead + (Limits.BatchesPerProducer * SavedBatch);

    private readonly Dictionary<long, Producer> _producers = [];

    public int Count => _producers.Count;

    public SequenceVerdict Check(in BatchHeader batch)
    {
        if (batch.ProducerId < 0 || !_producers.TryGetValue(batch.ProducerId, out Producer? producer))
        {
            return SequenceVerdict.New;
        }

        if (batch.ProducerEpoch < producer.Epoch)
        {
            return new SequenceVerdict(ErrorCode.InvalidProducerEpoch, -1);
        }

        if (batch.ProducerEpoch > producer.Epoch)
        {
            return batch.BaseSequence == 0
                ? SequenceVerdict.New
                : new SequenceVerdict(ErrorCode.OutOfOrderSequenceNumber, -1);
        }

        int lastSequence = Advance(batch.BaseSequence, batch.LastOffsetDelta);
        for (int i = 0; i < producer.Used; i++)
        {
            ref readonly SentBatch sent = ref producer.Batches[i];
            if (sent.FirstSequence == batch.BaseSequence && sent.LastSequence == lastSequence)
            {
                return new SequenceVerdict(ErrorCode.None, sent.BaseOffset);
            }
        }

        return batch.BaseSequence == Advance(producer.LastSequence, 1)
            ? SequenceVerdict.New
            : new SequenceVerdict(ErrorCode.OutOfOrderSequenceNumber, -1);
    }

    /// <summary>Remembers a batch that is in the log at <paramref name="baseOffset"/>.</summary>
    public void Record(in BatchHeader batch, long baseOffset, long nowMs)
    {
        if (batch.ProducerId < 0)
        {
            return;
        }

        if (!_producers.TryGetValue(batch.ProducerId, out Producer? producer))
        {
            if (_producers.Count >= Limits.MaxProducersPerPartition)
            {
                ForgetLongestIdle();
            }

            producer = new Producer();
            _producers.Add(batch.ProducerId, producer);
        }

        if (batch.ProducerEpoch != producer.Epoch)
        {
            producer.Epoch = batch.ProducerEpoch;
            producer.Used = 0;
            producer.Next = 0;
        }

        producer.LastSequence = Advance(batch.BaseSequence, batch.LastOffsetDelta);
        producer.LastSeenMs = nowMs;
        producer.Batches[producer.Next] = new SentBatch(batch.BaseSequence, producer.LastSequence, baseOffset);
        producer.Next = (producer.Next + 1) % Limits.BatchesPerProducer;
        producer.Used = Math.Min(producer.Used + 1, Limits.BatchesPerProducer);
    }

    /// <summary>Forgets producers that have sent nothing for so long.</summary>
    public void Expire(long nowMs, long afterMs)
    {
        foreach ((long id, Producer producer) in _producers)
        {
            if (nowMs - producer.LastSeenMs > afterMs)
            {
                _producers.Remove(id);
            }
        }
    }

    /// <summary>All that is known, for the log's index files.</summary>
    public byte[] Save()
    {
        byte[] saved = new byte[_producers.Count * SavedBytes];
        Span<byte> to = saved;
        foreach ((long id, Producer producer) in _producers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(to, id);
            BinaryPrimitives.WriteInt64LittleEndian(to[8..], producer.LastSeenMs);
            BinaryPrimitives.WriteInt32LittleEndian(to[16..], producer.LastSequence);
            BinaryPrimitives.WriteInt16LittleEndian(to[20..], producer.Epoch);
            to[22] = (byte)producer.Next;
            to[23] = (byte)producer.Used;
            for (int i = 0; i < Limits.BatchesPerProducer; i++)
            {
                Span<byte> batch = to[(SavedHead + (i * SavedBatch))..];
                BinaryPrimitives.WriteInt64LittleEndian(batch, producer.Batches[i].BaseOffset);
                BinaryPrimitives.WriteInt32LittleEndian(batch[8..], producer.Batches[i].FirstSequence);
                BinaryPrimitives.WriteInt32LittleEndian(batch[12..], producer.Batches[i].LastSequence);
            }

            to = to[SavedBytes..];
        }

        return saved;
    }

    /// <summary>Takes over what <see cref="Save"/> gave; false, and nothing is known, when it is not that.</summary>
    public bool TryLoad(ReadOnlySpan<byte> saved)
    {
        _producers.Clear();
        for (; saved.Length >= SavedBytes; saved = saved[SavedBytes..])
        {
            Producer producer = new()
            {
                LastSeenMs = BinaryPrimitives.ReadInt64LittleEndian(saved[8..]),
                LastSequence = BinaryPrimitives.ReadInt32LittleEndian(saved[16..]),
                Epoch = BinaryPrimitives.ReadInt16LittleEndian(saved[20..]),
                Next = saved[22],
                Used = saved[23],
            };
            if (producer.Next >= Limits.BatchesPerProducer || producer.Used > Limits.BatchesPerProducer)
            {
                _producers.Clear();
                return false;
            }

            for (int i = 0; i < Limits.BatchesPerProducer; i++)
            {
                ReadOnlySpan<byte> batch = saved[(SavedHead + (i * SavedBatch))..];
                producer.Batches[i] = new SentBatch(
                    BinaryPrimitives.ReadInt32LittleEndian(batch[8..]),
                    BinaryPrimitives.ReadInt32LittleEndian(batch[12..]),
                    BinaryPrimitives.ReadInt64LittleEndian(batch));
            }

            _producers[BinaryPrimitives.ReadInt64LittleEndian(saved)] = producer;
        }

        return saved.IsEmpty;
    }

    /// <summary>Sequences run from 0 to int.MaxValue and begin again at 0.</summary>
    private static int Advance(int sequence, int by) =>
        (int)(((long)sequence + by) % (int.MaxValue + 1L));

    private void ForgetLongestIdle()
    {
        long idle = -1;
        long oldest = long.MaxValue;
        foreach ((long id, Producer producer) in _producers)
        {
            if (producer.LastSeenMs < oldest)
            {
                (idle, oldest) = (id, producer.LastSeenMs);
            }
        }

        _producers.Remove(idle);
    }

    private readonly record struct SentBatch(int FirstSequence, int LastSequence, long BaseOffset);

    private sealed class Producer
    {
        public readonly SentBatch[] Batches = new SentBatch[Limits.BatchesPerProducer];
        public short Epoch = -1;
        public int LastSequence = -1;
        public long LastSeenMs;
        public int Next;
        public int Used;
    }
}
