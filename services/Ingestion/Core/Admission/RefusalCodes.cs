namespace Mesh.Ingestion.Core.Admission;

/// <summary>Why an action is refused: the stable codes of the contract.</summary>
public static class RefusalCodes
{
    /// <summary>An id is missing.</summary>
    public const string IdEmpty = "ID_EMPTY";

    /// <summary>An id is not <c>[A-Za-z0-9._~-]{1,64}</c>.</summary>
    public const string IdMalformed = "ID_MALFORMED";

    /// <summary>An action id is not a UUID.</summary>
    public const string ActionIdMalformed = "ACTION_ID_MALFORMED";

    /// <summary>The latitude is not between -90 and 90 degrees.</summary>
    public const string LatitudeRange = "LATITUDE_RANGE";

    /// <summary>The longitude is not between -180 and 180 degrees.</summary>
    public const string LongitudeRange = "LONGITUDE_RANGE";

    /// <summary>The accuracy is negative or not a number.</summary>
    public const string AccuracyRange = "ACCURACY_RANGE";

    /// <summary>The action says no time.</summary>
    public const string TimeMissing = "TIME_MISSING";

    /// <summary>A time is outside what a timestamp can say.</summary>
    public const string TimeRange = "TIME_RANGE";

    /// <summary>The phone's time is further ahead of the server's than the tolerance.</summary>
    public const string TimeInFuture = "TIME_IN_FUTURE";

    /// <summary>The action has no kind.</summary>
    public const string KindMissing = "KIND_MISSING";

    /// <summary>The action is larger than its limit.</summary>
    public const string ActionTooLarge = "ACTION_TOO_LARGE";
}
