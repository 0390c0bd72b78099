namespace Mesh.Ingestion.Core.Admission;

/// <summary>Whose clock decides when an action happened. The numbers are those of the contract.</summary>
public enum ClockPolicy
{
    /// <summary>The phone's, but at most 24 h before reception.</summary>
    Clamp = 0,

    /// <summary>The phone's: for imports and replays.</summary>
    Trust = 1,

    /// <summary>The server's.</summary>
    Server = 2,
}

/// <summary>Decides an action's effective time, once, at the door.</summary>
public static class AdmissionTime
{
    private const long FirstSecond = -62_135_596_800; // 0001-01-01T00:00:00Z
    private const long LastSecond = 253_402_300_799;  // 9999-12-31T23:59:59Z

    private static readonly Refusal Missing =
        new(RefusalCodes.TimeMissing, "occurred_at", "The action says no time; its game goes by the phone's clock.");

    private static readonly Refusal OutOfRange =
        new(RefusalCodes.TimeRange, "occurred_at", "The time is not between the years 1 and 9999.");

    private static readonly Refusal InFuture =
        new(RefusalCodes.TimeInFuture, "occurred_at", "The time is more than 120 s ahead of the server's.");

    /// <summary>
    /// A timestamp (seconds and nanoseconds) in microseconds, rounded down. One that is out of range becomes a number
    /// that <see cref="Decide"/> refuses.
    /// </summary>
    public static long FromTimestamp(long seconds, int nanos) =>
        seconds is < FirstSecond or > LastSecond || nanos is < 0 or > 999_999_999
            ? long.MinValue
            : (seconds * 1_000_000) + (nanos / 1_000);

    /// <summary>The effective time, or why there is none.</summary>
    /// <param name="policy">The game's clock policy.</param>
    /// <param name="occurredUs">The phone's time; null: not said.</param>
    /// <param name="receivedUs">The server's time.</param>
    /// <param name="effectiveUs">What all that follows goes by; 0 when refused.</param>
    /// <returns>Null, or why the action is refused.</returns>
    public static Refusal? Decide(ClockPolicy policy, long? occurredUs, long receivedUs, out long effectiveUs)
    {
        effectiveUs = 0;
        if (occurredUs is < FirstSecond * 1_000_000 or > (LastSecond * 1_000_000) + 999_999)
        {
            return OutOfRange;
        }

        if (policy == ClockPolicy.Server)
        {
            effectiveUs = receivedUs;
            return null;
        }

        if (occurredUs is not { } occurred)
        {
            return Missing;
        }

        if (occurred > receivedUs + Limits.AheadUs)
        {
            return InFuture;
        }

        effectiveUs = policy == ClockPolicy.Trust ? occurred : Math.Max(occurred, receivedUs - Limits.BehindUs);
        return null;
    }
}
