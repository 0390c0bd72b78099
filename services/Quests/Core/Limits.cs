namespace Mesh.Quests.Core;

/// <summary>The limits of what a game's definition may say.</summary>
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

    /// <summary>Problems that one validation names at most.</summary>
    public const int Problems = 100;
}
