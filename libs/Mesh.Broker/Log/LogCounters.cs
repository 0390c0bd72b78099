namespace Mesh.Broker.Log;

/// <summary>What the logs count, over all partitions, since the start.</summary>
internal sealed class LogCounters
{
    /// <summary>Reads refused because a batch did not have its checksum.</summary>
    public Counter CorruptReads { get; } = new();

    /// <summary>Damaged ranges that starts have found in the middle of logs.</summary>
    public Counter DamagedRanges { get; } = new();

    /// <summary>Segments deleted by retention or DeleteRecords.</summary>
    public Counter SegmentsDeleted { get; } = new();

    /// <summary>Files flushed to the disk.</summary>
    public Counter Flushes { get; } = new();

    /// <summary>Logs compacted: passes, not segments.</summary>
    public Counter Compactions { get; } = new();

    /// <summary>A number that only grows; any thread may increment it.</summary>
    internal sealed class Counter
    {
        private long _value;

        public long Value => Interlocked.Read(ref _value);

        public void Increment() => Interlocked.Increment(ref _value);
    }
}
