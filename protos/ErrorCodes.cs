using Grpc.Core;

namespace Mesh.Contracts;

/// <summary>
/// The stable codes of <see cref="Types.V1.Problem"/>. A code fixes the gRPC status that a call fails with and
/// whether a client may send the same again.
/// </summary>
public static class ErrorCodes
{
    /// <summary>An id is missing.</summary>
    public const string IdEmpty = "ID_EMPTY";

    /// <summary>An id is not <c>[A-Za-z0-9._~-]{1,64}</c>.</summary>
    public const string IdMalformed = "ID_MALFORMED";

    /// <summary>An action id is not a UUID.</summary>
    public const string ActionIdMalformed = "ACTION_ID_MALFORMED";

    /// <summary>No such game is known to the tenant.</summary>
    public const string GameUnknown = "GAME_UNKNOWN";

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

    /// <summary>The batch has more actions than its limit.</summary>
    public const string BatchTooLarge = "BATCH_TOO_LARGE";

    /// <summary>The numbers of a stream do not go 1, 2, 3, …</summary>
    public const string NumberOrder = "NUMBER_ORDER";

    /// <summary>The call carries no tenant, or a malformed one.</summary>
    public const string TenantMalformed = "TENANT_MALFORMED";

    /// <summary>A game's definition or a door policy contradicts itself; the field says where.</summary>
    public const string DefinitionInvalid = "DEFINITION_INVALID";

    /// <summary>The slug is taken by a game with other contents.</summary>
    public const string GameExists = "GAME_EXISTS";

    /// <summary>Another version was published meanwhile.</summary>
    public const string VersionConflict = "VERSION_CONFLICT";

    /// <summary>The tenant's door policy has no such version.</summary>
    public const string PolicyUnknown = "POLICY_UNKNOWN";

    /// <summary>A query asks for more than its limit.</summary>
    public const string LimitRange = "LIMIT_RANGE";

    /// <summary>The board has no such period.</summary>
    public const string PeriodUnknown = "PERIOD_UNKNOWN";

    /// <summary>The service cannot answer now; the same may be sent again.</summary>
    public const string Unavailable = "UNAVAILABLE";

    /// <summary>The tenant or the player sends more than its limit; the field says which.</summary>
    public const string RateLimited = "RATE_LIMITED";

    /// <summary>The door holds so much that it takes no more of this lane for the moment.</summary>
    public const string Overloaded = "OVERLOADED";

    /// <summary>The door has as many open streams as it may.</summary>
    public const string TooManyStreams = "TOO_MANY_STREAMS";

    /// <summary>Only the mesh itself may ask this.</summary>
    public const string NotForwarded = "NOT_FORWARDED";

    /// <summary>A service is asked to send again what lies in another one's log.</summary>
    public const string StoreUnknown = "STORE_UNKNOWN";

    /// <summary>The gRPC status that a call fails with for a code.</summary>
    public static StatusCode StatusOf(string code) => code switch
    {
        GameUnknown or PolicyUnknown => StatusCode.NotFound,
        GameExists => StatusCode.AlreadyExists,
        VersionConflict => StatusCode.Aborted,
        Unavailable or Overloaded or TooManyStreams => StatusCode.Unavailable,
        RateLimited => StatusCode.ResourceExhausted,
        NotForwarded => StatusCode.PermissionDenied,
        _ => StatusCode.InvalidArgument,
    };

    /// <summary>Whether a client may send the same again later.</summary>
    public static bool Retryable(string code) => 
        code is Unavailable or RateLimited or Overloaded or TooManyStreams;
}

/// <summary>The limits of what clients send; each is named when it is passed.</summary>
public static class ContractLimits
{
    /// <summary>Serialized bytes of one action.</summary>
    public const int ActionBytes = 16 * 1024;

    /// <summary>Actions of one batch.</summary>
    public const int BatchActions = 1_000;

    /// <summary>Bytes of one message.</summary>
    public const int MessageBytes = 4 * 1024 * 1024;

    /// <summary>Characters of an id.</summary>
    public const int IdChars = 64;

    /// <summary>Entries of one leaderboard answer.</summary>
    public const int BoardEntries = 1_000;
}
