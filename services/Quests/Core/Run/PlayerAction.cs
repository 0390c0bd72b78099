namespace Mesh.Quests.Core.Run;

/// <summary>An accepted action, asked of its player's stream.</summary>
/// <param name="GameId">The game it belongs to.</param>
/// <param name="ActionId">Made once by the client, kept over retries; unique within the game.</param>
/// <param name="Content">A hash of what the client sent, the same for every retry.</param>
/// <param name="EffectiveUs">When it happened, as the door decided: microseconds since the epoch.</param>
/// <param name="CatalogVersion">The game's version that it was accepted under; from 1.</param>
/// <param name="Detail">What the player did.</param>
public sealed record PlayerAction(
    string GameId, Guid ActionId, ulong Content, long EffectiveUs, ulong CatalogVersion, ActionDetail Detail);

/// <summary>What a player did.</summary>
public abstract record ActionDetail
{
    private ActionDetail()
    {
    }

    /// <summary>Was at a venue.</summary>
    public sealed record CheckIn(string VenueId) : ActionDetail;

    /// <summary>Scanned a code.</summary>
    public sealed record QrScan(string Code) : ActionDetail;

    /// <summary>Used a power-up.</summary>
    public sealed record PowerUp(string PowerUpId) : ActionDetail;

    /// <summary>Did a task.</summary>
    public sealed record TaskDone(string TaskId) : ActionDetail;

    /// <summary>Answered a question.</summary>
    public sealed record Answer(string QuestionId, string Text) : ActionDetail;

    /// <summary>Told where the phone is.</summary>
    public sealed record LocationPing : ActionDetail
    {
        /// <summary>The only one.</summary>
        public static readonly LocationPing Instance = new();
    }

    /// <summary>Collected the daily bonus.</summary>
    public sealed record DailyBonus : ActionDetail
    {
        /// <summary>The only one.</summary>
        public static readonly DailyBonus Instance = new();
    }

    /// <summary>Opened the app.</summary>
    public sealed record Login : ActionDetail
    {
        /// <summary>The only one.</summary>
        public static readonly Login Instance = new();
    }
}
