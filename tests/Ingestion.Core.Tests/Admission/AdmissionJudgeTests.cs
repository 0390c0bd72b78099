using Mesh.Ingestion.Core.Admission;

namespace Mesh.Ingestion.Core.Tests.Admission;

public sealed class AdmissionJudgeTests
{
    private const string Id = "01234567-89ab-cdef-0123-456789ABCDEF";
    private const long ReceivedUs = 1_700_000_000_000_000;

    [Fact]
    public void Submission_ThatIsWhole_IsAdmitted()
    {
        Verdict verdict = Judge(new Sent());

        Assert.True(verdict.IsAdmitted);
        Assert.Equal(new Guid(Id), verdict.ActionId);
        Assert.Equal(ReceivedUs - 1, verdict.EffectiveUs);
    }

    public static TheoryData<Sent, string, string> Refused() => new()
    {
        { new Sent { Size = (16 * 1024) + 1 }, "ACTION_TOO_LARGE", "action" },
        { new Sent { ActionId = "" }, "ID_EMPTY", "action_id" },
        { new Sent { ActionId = "7" }, "ACTION_ID_MALFORMED", "action_id" },
        { new Sent { ActionId = Id.Replace("-", "", StringComparison.Ordinal) }, "ACTION_ID_MALFORMED", "action_id" },
        { new Sent { ActionId = "{" + Id + "}" }, "ACTION_ID_MALFORMED", "action_id" },
        { new Sent { ActionId = " " + Id[1..] }, "ACTION_ID_MALFORMED", "action_id" },
        { new Sent { ActionId = "+1234567-89ab-cdef-0123-456789ABCDEF" }, "ACTION_ID_MALFORMED", "action_id" },
        { new Sent { ActionId = "01234567-0x12-cdef-0123-456789ABCDEF" }, "ACTION_ID_MALFORMED", "action_id" },
        { new Sent { ActionId = "01234567-89ab-cdef-0123-456789ABCDEg" }, "ACTION_ID_MALFORMED", "action_id" },
        { new Sent { ActionId = "01234567-89ab-cdef-0123+456789ABCDEF" }, "ACTION_ID_MALFORMED", "action_id" },
        { new Sent { GameId = "" }, "ID_EMPTY", "game_id" },
        { new Sent { GameId = "a/b" }, "ID_MALFORMED", "game_id" },
        { new Sent { GameId = new string('a', 65) }, "ID_MALFORMED", "game_id" },
        { new Sent { PlayerId = "" }, "ID_EMPTY", "player_id" },
        { new Sent { PlayerId = "ü" }, "ID_MALFORMED", "player_id" },
        { new Sent { DeviceId = "a b" }, "ID_MALFORMED", "device_id" },
        { new Sent { Kind = ActionKind.None }, "KIND_MISSING", "kind" },
        { new Sent { Kind = (ActionKind)24 }, "KIND_MISSING", "kind" },
        { new Sent { Named = "" }, "ID_EMPTY", "check_in.venue_id" },
        { new Sent { Named = "\n" }, "ID_MALFORMED", "check_in.venue_id" },
        { new Sent { Kind = ActionKind.QrScan, Named = "" }, "ID_EMPTY", "qr_scan.code" },
        { new Sent { Kind = ActionKind.QrScan, Named = new string('a', 1_025) }, "ID_MALFORMED", "qr_scan.code" },
        { new Sent { Kind = ActionKind.PowerUp, Named = "" }, "ID_EMPTY", "power_up.power_up_id" },
        { new Sent { Kind = ActionKind.TaskDone, Named = "!" }, "ID_MALFORMED", "task_done.task_id" },
        { new Sent { Kind = ActionKind.Answer, Named = "" }, "ID_EMPTY", "answer.question_id" },
        { new Sent { Latitude = 90.0000001 }, "LATITUDE_RANGE", "location.latitude" },
        { new Sent { Latitude = -91 }, "LATITUDE_RANGE", "location.latitude" },
        { new Sent { Latitude = double.NaN }, "LATITUDE_RANGE", "location.latitude" },
        { new Sent { Longitude = 181 }, "LONGITUDE_RANGE", "location.longitude" },
        { new Sent { Longitude = double.NegativeInfinity }, "LONGITUDE_RANGE", "location.longitude" },
        { new Sent { Longitude = double.NaN }, "LONGITUDE_RANGE", "location.longitude" },
        { new Sent { Accuracy = -1 }, "ACCURACY_RANGE", "location.accuracy_m" },
        { new Sent { Accuracy = float.NaN }, "ACCURACY_RANGE", "location.accuracy_m" },
        { new Sent { Accuracy = float.PositiveInfinity }, "ACCURACY_RANGE", "location.accuracy_m" },
        { new Sent { Occurred = null }, "TIME_MISSING", "occurred_at" },
        { new Sent { Occurred = long.MaxValue }, "TIME_RANGE", "occurred_at" },
        { new Sent { Occurred = ReceivedUs + 120_000_001 }, "TIME_IN_FUTURE", "occurred_at" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Submission_WithOneBadField_IsRefusedByItsName(Sent sent, string code, string field)
    {
        Verdict verdict = Judge(sent);

        Assert.False(verdict.IsAdmitted);
        Assert.Equal((code, field), (verdict.Refusal!.Code, verdict.Refusal.Field));
        Assert.EndsWith(".", verdict.Refusal.Message, StringComparison.Ordinal);
    }

    public static TheoryData<Sent> Admitted() =>
    [
        new Sent { Size = 16 * 1024 },
        new Sent { ActionId = Guid.Empty.ToString() },
        new Sent { GameId = new string('~', 64), PlayerId = "A-Z_a.z09" },
        new Sent { DeviceId = "" },
        new Sent { Kind = ActionKind.QrScan, Named = "https://example.org/?a=b c" },
        new Sent { Kind = ActionKind.LocationPing, Named = "" },
        new Sent { Kind = ActionKind.DailyBonus, Named = "" },
        new Sent { Kind = ActionKind.Login, Named = "" },
        new Sent { Latitude = 90, Longitude = -180, Accuracy = 0 },
        new Sent { Latitude = -90, Longitude = 180 },
        new Sent { HasLocation = false, Latitude = double.NaN, Longitude = 999, Accuracy = -1 },
        new Sent { Occurred = ReceivedUs + 120_000_000 },
    ];

    [Theory]
    [MemberData(nameof(Admitted))]
    public void Submission_AtItsLimits_IsAdmitted(Sent sent) => Assert.True(Judge(sent).IsAdmitted);

    [Fact]
    public void Submission_ThatIsAllWrong_IsRefusedInTheOrderOfTheChecks()
    {
        var sent = new Sent
        {
            Size = 99_999, ActionId = "x", GameId = "", PlayerId = "", DeviceId = "/", Kind = ActionKind.None,
            Latitude = 99, Longitude = 999, Accuracy = -1, Occurred = null,
        };
        (string Field, Func<Sent, Sent> Repair)[] steps =
        [
            ("action", bad => bad with { Size = 1 }),
            ("action_id", bad => bad with { ActionId = Id }),
            ("game_id", bad => bad with { GameId = "g" }),
            ("player_id", bad => bad with { PlayerId = "p" }),
            ("device_id", bad => bad with { DeviceId = "d" }),
            ("kind", bad => bad with { Kind = ActionKind.CheckIn, Named = "" }),
            ("check_in.venue_id", bad => bad with { Named = "v" }),
            ("location.latitude", bad => bad with { Latitude = 9 }),
            ("location.longitude", bad => bad with { Longitude = 9 }),
            ("location.accuracy_m", bad => bad with { Accuracy = 9 }),
            ("occurred_at", bad => bad with { Occurred = 0 }),
        ];

        foreach ((string field, Func<Sent, Sent> repair) in steps)
        {
            Assert.Equal(field, Judge(sent).Refusal?.Field);
            sent = repair(sent);
        }

        Assert.True(Judge(sent).IsAdmitted);
    }

    [Fact]
    public void Judge_OfWhateverIsSent_AllocatesNothing()
    {
        Sent[] sent = [new Sent(), new Sent { GameId = "/" }, new Sent { Occurred = null }, new Sent { Latitude = 99 }];
        foreach (Sent one in sent)
        {
            Judge(one);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (Sent one in sent)
        {
            Judge(one);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void RefusalCodes_AreThoseOfTheContract()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Mesh.sln")))
        {
            root = root.Parent;
        }

        string contract = File.ReadAllText(Path.Combine(root!.FullName, "protos", "ErrorCodes.cs"));
        Assert.All(
            typeof(RefusalCodes).GetFields(),
            field => Assert.Contains(
                $"const string {field.Name} = \"{field.GetRawConstantValue()}\";", contract, StringComparison.Ordinal));
    }

    private static Verdict Judge(Sent sent) => AdmissionJudge.Judge(
        new Submission
        {
            SizeBytes = sent.Size,
            ActionId = sent.ActionId,
            GameId = sent.GameId,
            PlayerId = sent.PlayerId,
            DeviceId = sent.DeviceId,
            Kind = sent.Kind,
            Named = sent.Named,
            HasLocation = sent.HasLocation,
            Latitude = sent.Latitude,
            Longitude = sent.Longitude,
            AccuracyM = sent.Accuracy,
            OccurredUs = sent.Occurred,
        },
        ClockPolicy.Clamp,
        ReceivedUs);

    /// <summary>A good check-in, of which a test spoils a field.</summary>
    public sealed record Sent
    {
        public int Size { get; init; } = 100;

        public string ActionId { get; init; } = Id;

        public string GameId { get; init; } = "city";

        public string PlayerId { get; init; } = "36070";

        public string DeviceId { get; init; } = "phone";

        public ActionKind Kind { get; init; } = ActionKind.CheckIn;

        public string Named { get; init; } = "11711";

        public bool HasLocation { get; init; } = true;

        public double Latitude { get; init; } = 52.5;

        public double Longitude { get; init; } = 13.4;

        public float Accuracy { get; init; } = 5;

        public long? Occurred { get; init; } = ReceivedUs - 1;
    }
}
