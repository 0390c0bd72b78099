using System.Diagnostics.CodeAnalysis;

namespace Mesh.Ingestion.Core.Admission;

/// <summary>Why an action is refused.</summary>
/// <param name="Code">One of <see cref="RefusalCodes"/>.</param>
/// <param name="Field">The field at fault, as the contract names it: <c>check_in.venue_id</c>.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record Refusal(string Code, string Field, string Message);

/// <summary>
/// Admitted, with what was made of it, or refused. Every refusal is made once, so a verdict allocates nothing.
/// </summary>
public readonly struct Verdict
{
    private Verdict(Guid actionId, long effectiveUs, Refusal? refusal)
    {
        ActionId = actionId;
        EffectiveUs = effectiveUs;
        Refusal = refusal;
    }

    /// <summary>Whether the action is admitted; else <see cref="Refusal"/> says why not.</summary>
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsAdmitted => Refusal is null;

    /// <summary>The action's id, when admitted.</summary>
    public Guid ActionId { get; }

    /// <summary>
    /// When the action happened, as all that follows takes it, when admitted: microseconds since the epoch.
    /// </summary>
    public long EffectiveUs { get; }

    /// <summary>Why it is refused; null: it is admitted.</summary>
    public Refusal? Refusal { get; }

    internal static Verdict Admitted(Guid actionId, long effectiveUs) => new(actionId, effectiveUs, null);

    internal static Verdict Refused(Refusal refusal) => new(default, 0, refusal);
}
