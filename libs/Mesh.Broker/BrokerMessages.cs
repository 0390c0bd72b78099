using System.Net;
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

    [LoggerMessage(8, LogLevel.Error, "{Log}: set a segment behind a damaged one aside as {File}.")]
    public static partial void SegmentSetAside(ILogger logger, string log, string file);

    [LoggerMessage(9, LogLevel.Information, "{Log}: deleted segment {BaseOffset}, retention by {Rule}.")]
    public static partial void SegmentDeleted(ILogger logger, string log, long baseOffset, string rule);

    [LoggerMessage(10, LogLevel.Information, "Deleted {Folder}: no topic owns it.")]
    public static partial void LeftoverDeleted(ILogger logger, string folder);

    [LoggerMessage(11, LogLevel.Information, "Created topic {Topic}.")]
    public static partial void TopicCreated(ILogger logger, string topic);

    [LoggerMessage(12, LogLevel.Information, "Deleted topic {Topic}.")]
    public static partial void TopicDeleted(ILogger logger, string topic);

    [LoggerMessage(13, LogLevel.Error, "Retention failed; it is tried again at the next check.")]
    public static partial void RetentionFailed(ILogger logger, Exception exception);
}
