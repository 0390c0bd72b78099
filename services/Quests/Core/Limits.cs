namespace Mesh.Quests.Core;

/// <summary>The limits of what a game's definition or a door policy may say.</summary>
public static class Limits
{
    /// <summary>Characters of an id.</summary>
    public const int IdChars = 64;

    /// <summary>Characters of a title.</summary>
    public const int TitleChars = 200;

    /// <summary>Quests of one game.</summary>
    public const int Quests = 1_000;

    /// <summary>Reward rules of one game.</summary>
    public const int Rules = 1_000;

    /// <summary>Venues that one quest names.</summary>
    public const int Venues = 10_000;

    /// <summary>Currencies for which a game says the scale.</summary>
    public const int Scales = 100;

    /// <summary>Decimal places of a currency's minor unit.</summary>
    public const uint ScaleDecimals = 18;

    /// <summary>Minor units that one rule pays at most.</summary>
    public const long Amount = 1_000_000_000_000;

    /// <summary>Rules of one door policy.</summary>
    public const int LaneRules = 1_000;

    /// <summary>The last lane.</summary>
    public const uint LastLane = 2;

    /// <summary>The first kind of action: the number of its field in the contract.</summary>
    public const uint FirstKind = 16;

    /// <summary>The last kind of action.</summary>
    public const uint LastKind = 23;

    /// <summary>The slowest limit that there may be, in actions a second.</summary>
    public const double LeastPerSecond = 0.001;

    /// <summary>The fastest.</summary>
    public const double MostPerSecond = 1_000_000;

    /// <summary>Actions that a limit lets through at once, at most.</summary>
    public const uint Burst = 1_000_000;

    /// <summary>Problems that one validation names at most.</summary>
    public const int Problems = 100;
}
