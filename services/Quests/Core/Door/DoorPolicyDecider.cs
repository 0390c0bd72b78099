using Mesh.Quests.Core.Catalog;

namespace Mesh.Quests.Core.Door;

/// <summary>Publishes the next version, when the newest one is the expected.</summary>
/// <param name="Policy">The policy to publish.</param>
/// <param name="ExpectedVersion">The version that the sender has seen; 1: none but the built-in.</param>
public sealed record PutDoorPolicy(DoorPolicy Policy, uint ExpectedVersion);

/// <summary>The answer to <see cref="PutDoorPolicy"/>. Every case is normal traffic.</summary>
public abstract record DoorPolicyDecision
{
    private DoorPolicyDecision()
    {
    }

    /// <summary>A version is to be published.</summary>
    public sealed record Published(DoorPolicyPublished Event) : DoorPolicyDecision;

    /// <summary>The same was done before: nothing happens, and this is the policy as it is now.</summary>
    public sealed record AlreadyDone(uint Version, DoorPolicy Policy) : DoorPolicyDecision;

    /// <summary>The command is refused.</summary>
    /// <param name="Code">One of <see cref="CatalogCodes"/>: definition or version.</param>
    /// <param name="Field">The (first) field at fault.</param>
    /// <param name="Message">A sentence for people.</param>
    public sealed record Refused(string Code, string Field, string Message) : DoorPolicyDecision;
}

/// <summary>
/// Decides what a policy's stream publishes. A command that is sent again changes nothing and is answered alike.
/// </summary>
public static class DoorPolicyDecider
{
    /// <summary>The answer to a command; the steps are those of a game's.</summary>
    public static DoorPolicyDecision Decide(PutDoorPolicy command, DoorPolicyState state)
    {
        // 1. What was done before is answered first: a retry is safe even when today's rules are stricter.
        if (state.At(state.Version) is { } newest && WasDone(command, state))
        {
            return new DoorPolicyDecision.AlreadyDone(state.Version, newest);
        }

        // 2. A policy that contradicts itself can never succeed.
        if (DoorPolicyValidation.Problems(command.Policy) is [var first, ..])
        {
            return new DoorPolicyDecision.Refused(first.Code, first.Field, first.Message);
        }

        // 3. The newest version must be the one that the sender has seen.
        return command.ExpectedVersion != state.Version
            ? new DoorPolicyDecision.Refused(
                CatalogCodes.VersionConflict, "expected_version", $"The newest version is {state.Version}.")
            : new DoorPolicyDecision.Published(new DoorPolicyPublished(state.Version + 1, command.Policy));
    }

    // The newest version says the same, or the version that this very command made does; none has made the built-in.
    private static bool WasDone(PutDoorPolicy command, DoorPolicyState state) =>
        command.Policy.Equals(state.At(state.Version))
        || (command.ExpectedVersion >= DoorPolicyState.BuiltInVersion
            && command.ExpectedVersion < state.Version
            && command.Policy.Equals(state.At(command.ExpectedVersion + 1)));
}
