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
}
