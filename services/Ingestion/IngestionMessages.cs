namespace Mesh.Ingestion;

/// <summary>What the service logs.</summary>
internal static partial class IngestionMessages
{
    [LoggerMessage(1, LogLevel.Warning, "Quests did not say whether it knows game {Game}: {Reason}")]
    public static partial void LookupFailed(ILogger logger, string game, string reason);

    [LoggerMessage(2, LogLevel.Critical, "The producer ended, actions cannot be accepted: {Reason}")]
    public static partial void ProducerEnded(ILogger logger, string reason);
}
