using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus;

internal static partial class BusMessages
{
    [LoggerMessage(EventId = 1, Message = "{Client}: {Facility}: {Text}")]
    public static partial void ClientSaid(
        ILogger logger, LogLevel level, string client, string facility, string text);

    [LoggerMessage(EventId = 2, Message = "{Client}: Kafka client error {Code}: {Reason}")]
    public static partial void ClientError(
        ILogger logger, LogLevel level, string client, ErrorCode code, string reason);

    [LoggerMessage(3, LogLevel.Information, "Waiting for a Kafka broker at {BootstrapServers}.")]
    public static partial void WaitingForBroker(ILogger logger, string bootstrapServers);

    [LoggerMessage(4, LogLevel.Information, "Created topic {Topic} with {Partitions} partitions.")]
    public static partial void TopicCreated(ILogger logger, string topic, int partitions);

    [LoggerMessage(5, LogLevel.Warning,
        "Topic {Topic} keeps records longer than its definition says: retention.ms is {Actual}, {Expected} is enough.")]
    public static partial void TopicKeepsLonger(ILogger logger, string topic, string actual, string expected);

    [LoggerMessage(6, LogLevel.Error, "The producer {Client} has ended: {Reason}")]
    public static partial void ProducerFailed(ILogger logger, string client, string reason);

    [LoggerMessage(7, LogLevel.Error, "The reader of topic {Topic} has ended.")]
    public static partial void ReaderFailed(ILogger logger, string topic, Exception error);

    [LoggerMessage(8, LogLevel.Warning, "Reading topic {Topic}: {Code}: {Reason}; the client goes on trying.")]
    public static partial void ReadError(ILogger logger, string topic, ErrorCode code, string reason);

    [LoggerMessage(9, LogLevel.Information, "Compacted topic {Topic} is read to its end.")]
    public static partial void CaughtUp(ILogger logger, string topic);

    [LoggerMessage(10, LogLevel.Warning,
        "The offsets of group {Group} are not committed, so that lag tools see too much: {Reason}")]
    public static partial void OffsetsNotCommitted(ILogger logger, string group, string reason);

    [LoggerMessage(11, LogLevel.Warning,
        "Group {Group} has not read records of topic {Topic} that are {AgeSeconds} s old: retention.ms is raised from "
        + "{BeforeMs} to {AfterMs}, so that they are not deleted. Find out why the group does not read.")]
    public static partial void RetentionExtended(
        ILogger logger, string group, string topic, long ageSeconds, long beforeMs, long afterMs);

    [LoggerMessage(12, LogLevel.Information,
        "All groups have read topic {Topic}: retention.ms is taken back from {BeforeMs} to {AfterMs}.")]
    public static partial void RetentionTakenBack(ILogger logger, string topic, long beforeMs, long afterMs);

    [LoggerMessage(13, LogLevel.Warning, "Topics are not guarded now, and it is tried again: {Reason}")]
    public static partial void GuardFailed(ILogger logger, string reason);

    [LoggerMessage(14, LogLevel.Error,
        "Group {Group}: {Records} records of topic {Topic}, partition {Partition}, were deleted before it read them.")]
    public static partial void RecordsLost(ILogger logger, string group, string topic, int partition, long records);
}
