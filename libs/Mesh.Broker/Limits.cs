using System.Diagnostics;

namespace Mesh.Broker;

/// <summary>Every bound that is not a setting, in one place. The relations between them hold at start.</summary>
internal static class Limits
{
    public const int MaxConnections = 4096;
    public const int MaxTopicNameLength = 249;
    public const int MaxPartitionsPerTopic = 1024;
    public const int MaxGroupIdBytes = 1024;
    public const int MaxGroups = 10_000;

    /// <summary>What one member may tell its leader, over all its protocols.</summary>
    public const int MaxMemberBytes = 256 * 1024;

    /// <summary>What a leader may hand out to all members together.</summary>
    public const int MaxAssignmentBytes = 4 * 1024 * 1024;

    /// <summary>How often whoever waits for an answer looks whether its client is still there.</summary>
    public const int LivenessCheckMs = 1000;

    /// <summary>What a new connection receives into; longer requests grow it while they last.</summary>
    public const int ReceiveBufferBytes = 16 * 1024;

    /// <summary>Responses are collected while requests are waiting, up to this many bytes.</summary>
    public const int FlushBytes = 64 * 1024;

    /// <summary>Byte ranges in one send; the kernel takes 1,024.</summary>
    public const int MaxAttachments = 400;

    /// <summary>Records up to this size are copied into the response: cheaper than a range of their own.</summary>
    public const int CopyBytes = 4 * 1024;

    public const int MaxFetchBytes = 32 * 1024 * 1024;
    public const int MaxFetchWaitMs = 60_000;

    /// <summary>A chunk of a partition's newest batches in memory; below the large object heap's threshold.</summary>
    public const int TailChunkBytes = 64 * 1024;

    /// <summary>One entry of a segment's index in memory for about this many bytes of log.</summary>
    public const int IndexIntervalBytes = 16 * 1024;

    /// <summary>What a log is read through with; a batch may be longer.</summary>
    public const int ScanBytes = 256 * 1024;

    /// <summary>A log's index is written after so many bytes: the most that a start checks of a partition.</summary>
    public const int CheckpointBytes = 64 * 1024 * 1024;

    /// <summary>Batches remembered per producer and partition: a client has at most five requests in flight.</summary>
    public const int BatchesPerProducer = 5;

    /// <summary>Keys that one pass of compaction remembers; what follows waits for the next pass.</summary>
    public const int CompactionKeys = 256 * 1024;

    /// <summary>A batch whose records take more than this is not opened.</summary>
    public const int MaxOpenedBytes = 64 * 1024 * 1024;

    /// <summary>So many damaged places of a partition are told of, each once; all are counted.</summary>
    public const int MaxDamagesReported = 100;

    public const int MaxProducersPerPartition = 10_000;
    public const long ProducerExpiryMs = 24 * 60 * 60 * 1000L;

    /// <summary>Producer ids are reserved on disk in blocks, so that giving one out costs no write.</summary>
    public const int ProducerIdBlock = 1000;

    public const long JournalSlackBytes = 4 * 1024 * 1024;

    /// <summary>Checks what must hold between the limits.</summary>
    public static void Verify()
    {
        Debug.Assert(CopyBytes < TailChunkBytes, "A copied range lies within one chunk.");
        Debug.Assert(MaxAttachments * 2 + 1 < 1024, "A scattered send fits the kernel's vector.");
        Debug.Assert(IndexIntervalBytes < ScanBytes, "A read covers an index interval.");
        Debug.Assert(TailChunkBytes < 85_000, "Chunks stay out of the large object heap.");
    }
}
