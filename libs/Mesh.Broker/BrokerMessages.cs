using System.Net;
using Mesh.Broker.Groups;
using Mesh.Broker.Wire;
using Microsoft.Extensions.Logging;

namespace Mesh.Broker;

/// <summary>Everything the broker logs.</summary>
internal static partial class BrokerMessages
{
    [LoggerMessage(1, LogLevel.Information,
        "The embedded broker listens on {Endpoint}, data in {DataDirectory}, cluster {ClusterId}. "
        + "It is one node for one machine: production belongs on Apache Kafka.")]
    public static partial void Started(ILogger logger, EndPoint endpoint, string dataDirectory, string clusterId);

    [LoggerMessage(2, LogLevel.Information, "The embedded broker on {Endpoint} has stopped.")]
    public static partial void Stopped(ILogger logger, EndPoint endpoint);

    [LoggerMessage(3, LogLevel.Warning, "Closed the connection from {Client}: {Reason}.")]
    public static partial void MalformedFrame(ILogger logger, EndPoint? client, string reason);

    [LoggerMessage(4, LogLevel.Error, "Closed the connection from {Client}: a request could not be handled.")]
    public static partial void RequestFailed(ILogger logger, EndPoint? client, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "Refused a connection: {Limit} are open.")]
    public static partial void TooManyConnections(ILogger logger, int limit);

    [LoggerMessage(6, LogLevel.Error, "Writing to {Log} failed; nothing of it was acknowledged.")]
    public static partial void WriteFailed(ILogger logger, string log, Exception exception);

    [LoggerMessage(7, LogLevel.Warning,
        "{Log}: cut {InvalidBytes} bytes that are no valid batch off the end of {File}; the log ends at {EndOffset}.")]
    public static partial void TailCut(ILogger logger, string log, string file, long invalidBytes, long endOffset);

    [LoggerMessage(8, LogLevel.Error,
        "{Log}: {Bytes} bytes at {Position} of {File} are damaged: offsets {FirstOffset} to before {NextOffset} are "
        + "not served; what follows is.")]
    public static partial void DamageFound(
        ILogger logger, string log, long bytes, long position, string file, long firstOffset, long nextOffset);

    [LoggerMessage(9, LogLevel.Information, "{Log}: deleted segment {BaseOffset}, retention by {Rule}.")]
    public static partial void SegmentDeleted(ILogger logger, string log, long baseOffset, string rule);

    [LoggerMessage(10, LogLevel.Information, "Deleted {Folder}: no topic owns it.")]
    public static partial void LeftoverDeleted(ILogger logger, string folder);

    [LoggerMessage(11, LogLevel.Information, "Created topic {Topic}.")]
    public static partial void TopicCreated(ILogger logger, string topic);

    [LoggerMessage(12, LogLevel.Information, "Deleted topic {Topic}.")]
    public static partial void TopicDeleted(ILogger logger, string topic);

    [LoggerMessage(13, LogLevel.Error, "{Log}: retention or compaction failed; it is tried again at the next check.")]
    public static partial void MaintenanceFailed(ILogger logger, string log, Exception exception);

    [LoggerMessage(14, LogLevel.Error,
        "{Log}: the batch at {Position} of {File} does not have its checksum; who asks for it gets an error.")]
    public static partial void CorruptBatch(ILogger logger, string log, long position, string file);

    [LoggerMessage(16, LogLevel.Warning, "{Log}: its index was not written; the next start reads more of the log.")]
    public static partial void IndexFailed(ILogger logger, string log, Exception exception);

    [LoggerMessage(30, LogLevel.Information, "Group {Group} is {State}: generation {Generation}, {Members} members.")]
    public static partial void GroupChanged(
        ILogger logger, string group, GroupState state, int generation, int members);

    [LoggerMessage(31, LogLevel.Warning,
        "Refused a commit of group {Group} by member '{Member}' of generation {Generation}: {Reason}.")]
    public static partial void CommitRefused(
        ILogger logger, string group, string member, int generation, ErrorCode reason);

    [LoggerMessage(32, LogLevel.Information, "Deleted {Count} expired offsets of group {Group}.")]
    public static partial void OffsetsExpired(ILogger logger, int count, string group);

    [LoggerMessage(33, LogLevel.Error, "A group's turn failed; the group goes on at its next one.")]
    public static partial void GroupRequestFailed(ILogger logger, Exception exception);

    [LoggerMessage(17, LogLevel.Information,
        "{Log}: compacted up to offset {EndOffset}: {Before} bytes have become {After}.")]
    public static partial void Compacted(ILogger logger, string log, long endOffset, long before, long after);

    [LoggerMessage(18, LogLevel.Error, "{Log}: is not compacted: the batch at {Position} of {File} is damaged.")]
    public static partial void CompactionRefused(ILogger logger, string log, long position, string file);
}
