using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Types.V1;
using Mesh.Ingestion.Core;
using Mesh.Ingestion.Core.Admission;
using Action = Mesh.Contracts.Ingestion.V1.Action;
using Kind = Mesh.Contracts.Ingestion.V1.Action.KindOneofCase;

namespace Mesh.Ingestion;

/// <summary>An action that was accepted, ready to be sent; or the receipt that says why it was not.</summary>
internal readonly record struct Judged(int Lane, string Key, byte[] Record, Receipt? Refused);

/// <summary>
/// Judges each action alone: (1) its form, (2) whether its game is known, (3) its time by the game's clock policy; then
/// it gets its lane (4) by the tenant's policy, which also says (5) whether it comes too soon. Safe for concurrent use.
/// </summary>
internal sealed class Door(
    GameLookup games, PolicyTable policies, DoorLimits limits, ActionRelay relay, TimeProvider clock)
{
    /// <summary>Judges an action. Completes at once unless Quests has to be asked for its game.</summary>
    public ValueTask<Judged> JudgeAsync(string tenant, Action action)
    {
        DateTimeOffset received = clock.GetUtcNow();

        // 1.
        Submission submission = Describe(action);
        if (AdmissionJudge.JudgeForm(submission, out Guid actionId) is { } refusal)
        {
            return new(Refused(refusal, received));
        }

        // 2.
        return games.TryFind(tenant, action.GameId, out GamePublished? game)
            && policies.TryFind(tenant, out CompiledPolicy? policy)
            ? new(Admit(tenant, action, actionId, game, policy, received))
            : new(AskAsync(tenant, action, actionId, received));
    }

    private async Task<Judged> AskAsync(string tenant, Action action, Guid actionId, DateTimeOffset received)
    {
        const string field = "game_id";
        try
        {
            GamePublished? game = games.TryFind(tenant, action.GameId, out GamePublished? known)
                ? known
                : await games.AskAsync(tenant, action.GameId);
            CompiledPolicy policy = policies.TryFind(tenant, out CompiledPolicy? found)
                ? found
                : await games.AskPolicyAsync(tenant);
            return game is not null
                ? Admit(tenant, action, actionId, game, policy, received)
                : Refused(Problems.Of(ErrorCodes.GameUnknown, field, $"There is no game '{action.GameId}'."), received);
        }
        catch (RpcException)
        {
            return Refused(
                Problems.Later(
                    ErrorCodes.Unavailable,
                    field,
                    "The game could not be looked up; send again.",
                    Limits.RetryAfter * (1 + Random.Shared.NextDouble())),
                received);
        }
    }

    private Judged Admit(
        string tenant,
        Action action,
        Guid actionId,
        GamePublished game,
        CompiledPolicy policy,
        DateTimeOffset received)
    {
        // 3.
        long receivedUs = ToMicroseconds(received);
        ClockPolicy clockPolicy = (ClockPolicy)game.Definition.ClockPolicy;
        long? occurredUs = OccurredUs(action);
        if (AdmissionTime.Decide(clockPolicy, occurredUs, receivedUs, out long effectiveUs) is { } refusal)
        {
            return Refused(refusal, received);
        }

        // 4. One version for all that follows: the record names the one that routed it.
        int lane = policy.Routing.LaneOf(action.GameId, (ActionKind)action.KindCase);

        // 5.
        if (limits.Judge(tenant, action.PlayerId, lane, policy, relay.Pressure) is { } later)
        {
            return Refused(later, received);
        }

        ActionAccepted accepted = new()
        {
            Tenant = tenant,
            GameId = action.GameId,
            PlayerId = action.PlayerId,
            ActionId = UnsafeByteOperations.UnsafeWrap(Ids.ToBytes(actionId)),
            OccurredUs = occurredUs ?? 0,
            ReceivedUs = receivedUs,
            EffectiveUs = effectiveUs,
            Lane = (uint)lane,
            RoutingVersion = policy.Routing.Version,
            CatalogVersion = game.Version,
            DeviceId = action.DeviceId,
            Sequence = action.Sequence,
            Location = action.Location,
        };
        CopyKind(action, accepted);
        return new Judged(lane, Placement.Player(tenant, action.PlayerId), accepted.ToByteArray(), null);
    }

    private static Submission Describe(Action action) => new()
    {
        SizeBytes = action.CalculateSize(),
        ActionId = action.ActionId,
        GameId = action.GameId,
        PlayerId = action.PlayerId,
        DeviceId = action.DeviceId,
        Kind = (ActionKind)action.KindCase,
        Named = action.KindCase switch
        {
            Kind.CheckIn => action.CheckIn.VenueId,
            Kind.QrScan => action.QrScan.Code,
            Kind.PowerUp => action.PowerUp.PowerUpId,
            Kind.TaskDone => action.TaskDone.TaskId,
            Kind.Answer => action.Answer.QuestionId,
            _ => string.Empty,
        },
        HasLocation = action.Location is not null,
        Latitude = action.Location?.Latitude ?? 0,
        Longitude = action.Location?.Longitude ?? 0,
        AccuracyM = action.Location?.AccuracyM ?? 0,
    };

    private static long? OccurredUs(Action action) => action.OccurredAt is { } at
        ? AdmissionTime.FromTimestamp(at.Seconds, at.Nanos)
        : null;

    private static void CopyKind(Action from, ActionAccepted to)
    {
        switch (from.KindCase)
        {
            case Kind.CheckIn:
                to.CheckIn = from.CheckIn;
                break;
            case Kind.QrScan:
                to.QrScan = from.QrScan;
                break;
            case Kind.PowerUp:
                to.PowerUp = from.PowerUp;
                break;
            case Kind.TaskDone:
                to.TaskDone = from.TaskDone;
                break;
            case Kind.Answer:
                to.Answer = from.Answer;
                break;
            case Kind.LocationPing:
                to.LocationPing = from.LocationPing;
                break;
            case Kind.DailyBonus:
                to.DailyBonus = from.DailyBonus;
                break;
            case Kind.Login:
                to.Login = from.Login;
                break;
        }
    }

    private static Judged Refused(Refusal refusal, DateTimeOffset received) =>
        Refused(Problems.Of(refusal.Code, refusal.Field, refusal.Message), received);

    private static Judged Refused(Problem problem, DateTimeOffset received) => new(0, string.Empty, [], new Receipt
    {
        Status = ErrorCodes.Retryable(problem.Code) ? Receipt.Types.Status.Later : Receipt.Types.Status.Refused,
        Problem = problem,
        ReceivedAt = received.ToTimestamp(),
    });

    private static long ToMicroseconds(DateTimeOffset at) =>
        (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
