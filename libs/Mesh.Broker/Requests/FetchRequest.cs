using Mesh.Broker.Log;
using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>A fetch as read from the wire, and its answer. One per connection, reused.</summary>
internal sealed class FetchRequest
{
    private readonly List<Position> _positions = [];
    private readonly RecordSink _sink = new();
    private short _version;
    private int _maxBytes;
    private long _minBytes;

    public int MaxWaitMs { get; private set; }

    public void Read(in RequestCall call, ref WireReader request)
    {
        _positions.Clear();
        _version = call.Version;
        request.Int32();
        MaxWaitMs = Math.Clamp(request.Int32(), 0, Limits.MaxFetchWaitMs);
        _minBytes = request.Int32();
        _maxBytes = Math.Clamp(request.Int32(), 0, Limits.MaxFetchBytes);
        request.Int8();
        if (_version >= 7)
        {
            request.Int32();
            request.Int32();
        }

        int topics = request.ArrayLength();
        for (int t = 0; t < topics; t++)
        {
            ReadOnlySpan<byte> name = request.Utf8();
            Topic? topic = call.Broker.Topics.Find(name);
            byte[] utf8 = topic?.NameUtf8 ?? name.ToArray();
            int partitions = request.ArrayLength();
            for (int p = 0; p < partitions; p++)
            {
                _positions.Add(ReadPosition(ref request, topic, utf8, p == 0 ? partitions : 0));
            }

            request.Tags();
        }

        // What follows (forgotten topics, rack) matters to sessions and replicas only.
    }

    /// <summary>
    /// How many bytes are missing until the fetch can be answered; 0 when it can, as with any partition in error.
    /// </summary>
    public long MissingBytes()
    {
        long available = 0;
        foreach (ref readonly Position position in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_positions))
        {
            if (Judge(position) != ErrorCode.None)
            {
                return 0;
            }

            if (position.Offset < position.Log!.EndOffset)
            {
                available += _minBytes <= 1 ? 1 : position.Log.BytesAfter(position.Offset);
            }

            if (available >= _minBytes)
            {
                return 0;
            }
        }

        return Math.Max(1, _minBytes - available);
    }

    public void StartWaiting(FetchWaiter waiter)
    {
        foreach (Position position in _positions)
        {
            position.Log?.Wait(waiter);
        }
    }

    public void StopWaiting(FetchWaiter waiter)
    {
        foreach (Position position in _positions)
        {
            position.Log?.StopWaiting(waiter);
        }
    }

    public void Write(WireWriter response)
    {
        response.Int32(0);
        if (_version >= 7)
        {
            response.Error(ErrorCode.None);
            response.Int32(0);
        }

        int topics = 0;
        foreach (Position position in _positions)
        {
            topics += position.TopicPartitions > 0 ? 1 : 0;
        }

        response.ArrayLength(topics);
        int budget = _maxBytes;
        bool first = true;
        for (int i = 0; i < _positions.Count; i++)
        {
            Position position = _positions[i];
            if (position.TopicPartitions > 0)
            {
                response.Utf8(position.Topic);
                response.ArrayLength(position.TopicPartitions);
            }

            int written = WritePartition(response, position, budget, first);
            budget = Math.Max(0, budget - written);
            first &= written == 0;
            bool lastOfTopic = i + 1 == _positions.Count || _positions[i + 1].TopicPartitions > 0;
            if (lastOfTopic)
            {
                response.Tags();
            }
        }

        response.Tags();
        _positions.Clear();
    }

    private Position ReadPosition(ref WireReader request, Topic? topic, byte[] name, int topicPartitions)
    {
        int index = request.Int32();
        int epoch = _version >= 9 ? request.Int32() : -1;
        long offset = request.Int64();
        if (_version >= 12)
        {
            request.Int32();
        }

        if (_version >= 5)
        {
            request.Int64();
        }

        int maxBytes = request.Int32();
        request.Tags();
        return new Position(name, topicPartitions, index, topic?.Partition(index), epoch, offset, maxBytes);
    }

    private int WritePartition(WireWriter response, in Position position, int budget, bool first)
    {
        ErrorCode error = Judge(position);
        _sink.Begin(Limits.MaxAttachments - response.AttachmentCount);
        int bytes = 0;
        if (error == ErrorCode.None && (budget > 0 || first))
        {
            // The first batch found is sent whole even when larger than asked for, so that a client gets on (KIP-74).
            bytes = response.AttachmentCount < Limits.MaxAttachments
                ? position.Log!.Read(position.Offset, Math.Min(budget, position.MaxBytes), first, _sink, out error)
                : 0;
        }

        // Read after the records: the watermark is never behind what is sent.
        long end = error == ErrorCode.None ? position.Log!.EndOffset : -1;
        response.Int32(position.Index);
        response.Error(error);
        response.Int64(end);
        response.Int64(error == ErrorCode.None ? Math.Min(end, position.Log!.LastStableOffset) : -1);
        if (_version >= 5)
        {
            response.Int64(error == ErrorCode.None ? position.Log!.StartOffset : -1);
        }

        response.ArrayLength(_version >= 12 ? 0 : -1);
        if (_version >= 11)
        {
            response.Int32(-1);
        }

        response.ArrayLength(bytes);
        _sink.MoveTo(response);
        response.Tags();
        return bytes;
    }

    private static ErrorCode Judge(in Position position)
    {
        if (position.Log is null || position.Log.IsClosed)
        {
            return ErrorCode.UnknownTopicOrPartition;
        }

        if (position.LeaderEpoch > BrokerState.LeaderEpoch)
        {
            return ErrorCode.UnknownLeaderEpoch;
        }

        return position.Log.IsInRange(position.Offset) ? ErrorCode.None : ErrorCode.OffsetOutOfRange;
    }

    /// <summary>One partition asked for; the first of a topic carries how many of it follow.</summary>
    private readonly record struct Position(
        byte[] Topic, int TopicPartitions, int Index, PartitionLog? Log, int LeaderEpoch, long Offset, int MaxBytes);
}
