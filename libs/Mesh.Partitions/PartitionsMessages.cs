using Microsoft.Extensions.Logging;

namespace Mesh.Partitions;

/// <summary>What the library logs.</summary>
internal static partial class PartitionsMessages
{
    [LoggerMessage(1, LogLevel.Information, "Serving partition {Partition}: {Detail}")]
    public static partial void Serving(ILogger logger, int partition, string detail);

    [LoggerMessage(2, LogLevel.Error, "Starting over in {PauseMs} ms")]
    public static partial void RunFailed(ILogger logger, double pauseMs, Exception exception);

    [LoggerMessage(3, LogLevel.Critical, "Stopping: {Reason}")]
    public static partial void GivingUp(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Partition {Partition} starts over from the database: {Reason}")]
    public static partial void StartingOver(ILogger logger, int partition, string reason);

    [LoggerMessage(5, LogLevel.Information, "Partition {Partition} is not this instance's any more: {Reason}")]
    public static partial void Ended(ILogger logger, int partition, string reason);

    [LoggerMessage(
        6, LogLevel.Error, "A record is lost, and its origin is asked to send again: partition {Partition}, {Detail}")]
    public static partial void RecordLost(ILogger logger, int partition, string detail);

    [LoggerMessage(7, LogLevel.Warning, "Partition {Partition} rebuilds states from its log: {Reason}")]
    public static partial void Rebuilt(ILogger logger, int partition, string reason);

    [LoggerMessage(8, LogLevel.Warning, "The database did not do what it was asked: {Reason}")]
    public static partial void RequestFailed(ILogger logger, string reason);

    [LoggerMessage(10, LogLevel.Error, "Partition {Partition} leaves a record to the dead letters: {Reason}")]
    public static partial void Buried(ILogger logger, int partition, string reason);

    [LoggerMessage(11, LogLevel.Warning, "Serving without a broker: {Reason}")]
    public static partial void BrokerAway(ILogger logger, string reason);

    [LoggerMessage(9, LogLevel.Error, "The broker has acknowledged nothing for {Seconds} s; sending goes on")]
    public static partial void RelayStalled(ILogger logger, double seconds);
}
