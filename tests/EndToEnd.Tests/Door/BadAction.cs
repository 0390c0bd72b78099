using EndToEnd.Tests.Harness;
using Google.Protobuf.WellKnownTypes;
using Mesh.Contracts;
using Mesh.Contracts.Types.V1;
using Action = Mesh.Contracts.Ingestion.V1.Action;

namespace EndToEnd.Tests.Door;

/// <summary>An action that the door must refuse: all but one thing of it is right.</summary>
/// <param name="Name">What is wrong, for people.</param>
/// <param name="Action">The action.</param>
/// <param name="Code">The code of its refusal.</param>
/// <param name="Field">The field that the refusal names.</param>
internal sealed record BadAction(string Name, Action Action, string Code, string Field)
{
    /// <summary>The player in whose name all bad actions come that do not get just that wrong.</summary>
    internal const string Player = "mallory";

    private const int TooManyBytes = (16 * 1024) + 1;
    private const int TooManyChars = 65;

    /// <summary>One of each kind, made for a game.</summary>
    internal static IReadOnlyList<BadAction> All(string game)
    {
        return
        [
            Of("unknown game", ErrorCodes.GameUnknown, "game_id", a => a.GameId = UnknownGame(game)),
            Of("no game", ErrorCodes.IdEmpty, "game_id", a => a.GameId = ""),
            Of("malformed game", ErrorCodes.IdMalformed, "game_id", a => a.GameId = "a/b"),
            Of("no player", ErrorCodes.IdEmpty, "player_id", a => a.PlayerId = ""),
            Of("malformed player", ErrorCodes.IdMalformed, "player_id", a => a.PlayerId = "mal lory"),
            Of("long player", ErrorCodes.IdMalformed, "player_id", a => a.PlayerId = new string('m', TooManyChars)),
            Of("malformed device", ErrorCodes.IdMalformed, "device_id", a => a.DeviceId = "phone\n"),
            Of("no action id", ErrorCodes.IdEmpty, "action_id", a => a.ActionId = ""),
            Of("malformed action id", ErrorCodes.ActionIdMalformed, "action_id", a => a.ActionId = "one"),
            Of("no venue", ErrorCodes.IdEmpty, "check_in.venue_id", a => a.CheckIn.VenueId = ""),
            Of("malformed venue", ErrorCodes.IdMalformed, "check_in.venue_id", a => a.CheckIn.VenueId = "café"),
            Of("latitude 91", ErrorCodes.LatitudeRange, "location.latitude", a => a.Location.Latitude = 91),
            Of("latitude NaN", ErrorCodes.LatitudeRange, "location.latitude", a => a.Location.Latitude = double.NaN),
            Of("longitude -181", ErrorCodes.LongitudeRange, "location.longitude", a => a.Location.Longitude = -181),
            Of("accuracy -1", ErrorCodes.AccuracyRange, "location.accuracy_m", a => a.Location.AccuracyM = -1),
            Of("no time", ErrorCodes.TimeMissing, "occurred_at", a => a.OccurredAt = null),
            Of("time out of range", ErrorCodes.TimeRange, "occurred_at", a => a.OccurredAt.Seconds = long.MaxValue),
            Of("time in future", ErrorCodes.TimeInFuture, "occurred_at", a => a.OccurredAt = InAnHour()),
            Of("no kind", ErrorCodes.KindMissing, "kind", a => a.ClearKind()),
            Of("too large", ErrorCodes.ActionTooLarge, "action", a => a.Answer = Answer(TooManyBytes)),
        ];

        BadAction Of(string name, string code, string field, Action<Action> spoil)
        {
            Action action = Actions.CheckIn(game, Player, "lair");
            spoil(action);
            return new BadAction(name, action, code, field);
        }
    }

    /// <summary>The game that the first of them names.</summary>
    internal static string UnknownGame(string game) => $"{game}-unknown";

    internal static Answer Answer(int chars) => new() { QuestionId = "riddle", Answer_ = new string('?', chars) };

    private static Timestamp InAnHour() => DateTimeOffset.UtcNow.AddHours(1).ToTimestamp();
}
