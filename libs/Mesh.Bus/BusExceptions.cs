using System.Globalization;

namespace Mesh.Bus;

/// <summary>The native Kafka client is not installed; the message names the command that installs it.</summary>
public sealed class KafkaLibraryMissingException(string message) : Exception(message);

/// <summary>No broker answered within the time allowed.</summary>
public sealed class BrokerUnreachableException(string bootstrapServers, TimeSpan waited, Exception? inner)
    : Exception($"No Kafka broker answered at {bootstrapServers} within {waited.TotalSeconds:0.#} s.", inner)
{
    /// <summary>The addresses that were tried.</summary>
    public string BootstrapServers { get; } = bootstrapServers;
}

/// <summary>A topic exists with a setting that its definition forbids. Nothing was changed.</summary>
public sealed class TopicMismatchException(
    string topic, string setting, string expected, string actual, string remedy)
    : Exception($"Topic {topic}: {setting} is {actual}, but {expected} is needed. {remedy}")
{
    /// <summary>The topic's name.</summary>
    public string Topic { get; } = topic;

    /// <summary>
    /// <c>partitions</c>, or the name of the topic configuration: <c>compression.type</c>, <c>cleanup.policy</c>,
    /// <c>retention.ms</c>.
    /// </summary>
    public string Setting { get; } = setting;

    /// <summary>The value in the definition.</summary>
    public string Expected { get; } = expected;

    /// <summary>The value the broker reports.</summary>
    public string Actual { get; } = actual;

    /// <summary>What to do about it, with the command to run.</summary>
    public string Remedy { get; } = remedy;
}

/// <summary>The broker refused to create a topic, for a reason other than that it exists.</summary>
public sealed class TopicCreationException(string topic, string reason)
    : Exception($"Topic {topic} could not be created: {reason}")
{
    /// <summary>The topic's name.</summary>
    public string Topic { get; } = topic;
}

/// <summary>
/// A reader was told to start (or had arrived) at an offset that the partition's log does not hold: records were
/// deleted before they were read, or the topic was created anew.
/// </summary>
public sealed class OffsetOutsideLogException(
    string topic, int partition, long offset, (long First, long End)? log, string command)
    : Exception(
        $"Topic {topic}, partition {partition}: offset {Known(offset)} is outside the log, which {Holds(log)}: records "
        + "were deleted before they were read, or the topic was created anew. What it holds now says: " + command)
{
    /// <summary>The topic's name.</summary>
    public string Topic { get; } = topic;

    /// <summary>The partition.</summary>
    public int Partition { get; } = partition;

    /// <summary>The next offset that was wanted; negative when it is not known.</summary>
    public long Offset { get; } = offset;

    /// <summary>The first offset that the log holds and the one after its last; null when that is not known.</summary>
    public (long First, long End)? Log { get; } = log;

    private static string Known(long offset) =>
        offset < 0 ? "(unknown)" : offset.ToString(CultureInfo.InvariantCulture);

    private static string Holds((long First, long End)? log) =>
        log is not { } held ? "could not be asked"
        : held.First < held.End ? $"holds {held.First} to {held.End - 1}"
        : $"is empty and goes on with {held.End}";
}

/// <summary>
/// The record before the offset to start at is another one than was read there: the topic was created anew, or its log
/// was written over.
/// </summary>
public sealed class RecordReplacedException(string topic, int partition, long offset, string command)
    : Exception(string.Create(
        CultureInfo.InvariantCulture,
        $"Topic {topic}, partition {partition}: at offset {offset} is another record than was read there: the topic "
        + $"was created anew, or its log was written over. What it holds now says: {command}"))
{
    /// <summary>The topic's name.</summary>
    public string Topic { get; } = topic;

    /// <summary>The partition.</summary>
    public int Partition { get; } = partition;

    /// <summary>Where the other record is.</summary>
    public long Offset { get; } = offset;
}

/// <summary>How far a group has read cannot be said now.</summary>
public sealed class LagUnknownException(string group, string reason, Exception? inner = null)
    : Exception($"The lag of group {group} cannot be read: {reason}", inner)
{
    /// <summary>The group.</summary>
    public string Group { get; } = group;
}

/// <summary>A reader ended because the broker refused what it asked for, by the client's error code.</summary>
public sealed class TopicReadException(string topic, string code, string reason)
    : Exception($"Topic {topic} cannot be read: {code}: {reason}")
{
    /// <summary>The topic's name.</summary>
    public string Topic { get; } = topic;

    /// <summary>The Kafka client's name of the error, such as <c>UnknownTopicOrPart</c>.</summary>
    public string Code { get; } = code;
}

/// <summary>
/// A record is larger than the producer may send (<c>message.max.bytes</c>). It was not queued; sending it again is
/// refused again.
/// </summary>
public sealed class RecordTooLargeException(string topic, int payloadBytes)
    : Exception($"A record of {payloadBytes} bytes is too large for topic {topic}.")
{
    /// <summary>The topic's name.</summary>
    public string Topic { get; } = topic;

    /// <summary>Size of key and value together.</summary>
    public int PayloadBytes { get; } = payloadBytes;
}
