namespace Mesh.Ingestion;

/// <summary>What the service logs.</summary>
internal static partial class IngestionMessages
{
    [LoggerMessage(1, LogLevel.Warning, "Quests did not say whether it knows game {Game}: {Reason}")]
    public static partial void LookupFailed(ILogger logger, string game, string reason);

    [LoggerMessage(
        2, LogLevel.Warning, "The broker is away, actions go to the door's own log: {Reason}; {Waiting} are waiting")]
    public static partial void SpillBegins(ILogger logger, string reason, long waiting);

    [LoggerMessage(
        3, LogLevel.Warning, "The broker is back, actions go to it directly: {Spilled} went by the log in {Seconds} s")]
    public static partial void SpillEnds(ILogger logger, long spilled, double seconds);

    [LoggerMessage(5, LogLevel.Warning, "Quests did not say what the door policy of {Tenant} is: {Reason}")]
    public static partial void PolicyLookupFailed(ILogger logger, string tenant, string reason);

    [LoggerMessage(4, LogLevel.Debug, "The door's log could not be measured: {Reason}")]
    public static partial void SpillNotMeasured(ILogger logger, string reason);
}
