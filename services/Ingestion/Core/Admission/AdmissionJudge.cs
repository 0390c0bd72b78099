using System.Buffers;

namespace Mesh.Ingestion.Core.Admission;

/// <summary>
/// Judges one submission by itself. The checks run in a fixed order, and the first that fails is the answer: size,
/// action id, game, player, device, kind and what it names, location, time.
/// </summary>
public static class AdmissionJudge
{
    private static readonly SearchValues<char> IdAlphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-");

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789ABCDEFabcdef");

    private static readonly Refusal TooLarge =
        new(RefusalCodes.ActionTooLarge, "action", "The action is larger than 16,384 bytes.");

    private static readonly Refusal ActionIdEmpty = IdField.Empty("action_id");

    private static readonly Refusal ActionIdMalformed =
        new(RefusalCodes.ActionIdMalformed, "action_id", "The action id is not a UUID of the form 8-4-4-4-12.");

    private static readonly IdField Game = new("game_id");
    private static readonly IdField Player = new("player_id");
    private static readonly IdField Device = new("device_id");
    private static readonly IdField Venue = new("check_in.venue_id");
    private static readonly IdField PowerUp = new("power_up.power_up_id");
    private static readonly IdField Task = new("task_done.task_id");
    private static readonly IdField Question = new("answer.question_id");
    private static readonly Refusal CodeEmpty = IdField.Empty("qr_scan.code");

    private static readonly Refusal CodeTooLong =
        new(RefusalCodes.IdMalformed, "qr_scan.code", "The code is longer than 1,024 characters.");

    private static readonly Refusal KindMissing =
        new(RefusalCodes.KindMissing, "kind", "The action has no known kind.");

    private static readonly Refusal Latitude =
        new(RefusalCodes.LatitudeRange, "location.latitude", "The latitude is not between -90 and 90 degrees.");

    private static readonly Refusal Longitude =
        new(RefusalCodes.LongitudeRange, "location.longitude", "The longitude is not between -180 and 180 degrees.");

    private static readonly Refusal Accuracy =
        new(RefusalCodes.AccuracyRange, "location.accuracy_m", "The accuracy is not a number of metres, 0 or more.");

    /// <summary>Judges everything.</summary>
    /// <param name="submission">The action as it was sent.</param>
    /// <param name="policy">Its game's clock policy.</param>
    /// <param name="receivedUs">The server's time: microseconds since the epoch.</param>
    public static Verdict Judge(in Submission submission, ClockPolicy policy, long receivedUs)
    {
        long effectiveUs = 0;
        Refusal? refusal = JudgeForm(submission, out Guid actionId)
            ?? AdmissionTime.Decide(policy, submission.OccurredUs, receivedUs, out effectiveUs);
        return refusal is null ? Verdict.Admitted(actionId, effectiveUs) : Verdict.Refused(refusal);
    }

    /// <summary>
    /// Judges all that needs no knowledge of the game: everything but the time. For a caller that has to find the game
    /// first.
    /// </summary>
    /// <returns>Null, or why the action is refused.</returns>
    public static Refusal? JudgeForm(in Submission submission, out Guid actionId)
    {
        actionId = default;
        if (submission.SizeBytes > Limits.ActionBytes)
        {
            return TooLarge;
        }

        if (!TryParseActionId(submission.ActionId, out actionId))
        {
            return submission.ActionId.IsEmpty ? ActionIdEmpty : ActionIdMalformed;
        }

        return Game.Judge(submission.GameId)
            ?? Player.Judge(submission.PlayerId)
            ?? (submission.DeviceId.IsEmpty ? null : Device.Judge(submission.DeviceId))
            ?? JudgeKind(submission.Kind, submission.Named)
            ?? (submission.HasLocation ? JudgeLocation(submission) : null);
    }

    /// <summary>Whether a text is an id: <c>[A-Za-z0-9._~-]{1,64}</c>.</summary>
    public static bool IsId(ReadOnlySpan<char> text) =>
        text.Length is >= 1 and <= Limits.IdChars && !text.ContainsAnyExcept(IdAlphabet);

    /// <summary>Reads a UUID of the form 8-4-4-4-12, any case, and nothing else.</summary>
    public static bool TryParseActionId(ReadOnlySpan<char> text, out Guid id)
    {
        // Guid.TryParseExact alone is lenient: it takes blanks around the text, and signs and 0x within.
        id = default;
        return text.Length == 36
            && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-'
            && !text[..8].ContainsAnyExcept(Hexadecimal)
            && !text[9..13].ContainsAnyExcept(Hexadecimal)
            && !text[14..18].ContainsAnyExcept(Hexadecimal)
            && !text[19..23].ContainsAnyExcept(Hexadecimal)
            && !text[24..].ContainsAnyExcept(Hexadecimal)
            && Guid.TryParseExact(text, "D", out id);
    }

    private static Refusal? JudgeKind(ActionKind kind, ReadOnlySpan<char> named) => kind switch
    {
        ActionKind.CheckIn => Venue.Judge(named),
        ActionKind.QrScan => named.IsEmpty ? CodeEmpty : named.Length > Limits.CodeChars ? CodeTooLong : null,
        ActionKind.PowerUp => PowerUp.Judge(named),
        ActionKind.TaskDone => Task.Judge(named),
        ActionKind.Answer => Question.Judge(named),
        ActionKind.LocationPing or ActionKind.DailyBonus or ActionKind.Login => null,
        _ => KindMissing,
    };

    // Written so that a number that is none fails every check.
    private static Refusal? JudgeLocation(in Submission submission) =>
        !(submission.Latitude is >= -90 and <= 90) ? Latitude
        : !(submission.Longitude is >= -180 and <= 180) ? Longitude
        : !(submission.AccuracyM >= 0 && double.IsFinite(submission.AccuracyM)) ? Accuracy
        : null;

    /// <summary>The two refusals of an id's field, made once.</summary>
    private sealed class IdField(string field)
    {
        private readonly Refusal empty = Empty(field);

        private readonly Refusal malformed =
            new(
                RefusalCodes.IdMalformed, field, $"The field {field} is not 1 to 64 of A-Z a-z 0-9 . _ ~ - only.");

        public static Refusal Empty(string field) => new(RefusalCodes.IdEmpty, field, $"The field {field} is missing.");

        public Refusal? Judge(ReadOnlySpan<char> id) => id.IsEmpty ? empty : IsId(id) ? null : malformed;
    }
}
