using Microsoft.Extensions.Logging;

namespace Mesh.Partitions;

/// <summary>What the library logs.</summary>
internal static partial class PartitionsMessages
{
    [LoggerMessage(1, LogLevel.Information, "Serving {Partitions} partitions, {Events} events folded")]
    public static partial void Serving(ILogger logger, int partitions, long events);

    [LoggerMessage(2, LogLevel.Error, "Starting over from the database in {PauseMs} ms")]
    public static partial void StartingOver(ILogger logger, double pauseMs, Exception exception);

    [LoggerMessage(3, LogLevel.Critical, "Stopping: {Reason}")]
    public static partial void GivingUp(ILogger logger, string reason);
}
