namespace Mesh.Quests.Core.Door;

/// <summary>A version was published; it never changes.</summary>
/// <param name="Version">The policy's own 2, 3, …</param>
/// <param name="Policy">The policy, whole.</param>
public sealed record DoorPolicyPublished(uint Version, DoorPolicy Policy);

/// <summary>The versions of a tenant's policy: the fold of its stream. Owned by one loop.</summary>
public sealed class DoorPolicyState
{
    /// <summary>The version that every tenant begins with; it is never published.</summary>
    public const uint BuiltInVersion = 1;

    private readonly List<DoorPolicy?> versions = [DoorPolicy.BuiltIn];

    /// <summary>The newest version, from <see cref="BuiltInVersion"/>.</summary>
    public uint Version => (uint)versions.Count;

    /// <summary>The policy of a version; null: there is none (yet).</summary>
    public DoorPolicy? At(uint version) =>
        version >= BuiltInVersion && version <= (uint)versions.Count ? versions[(int)version - 1] : null;

    /// <summary>Folds an event. A version that comes again, or out of order, ends in the same state.</summary>
    public void Evolve(DoorPolicyPublished happened)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(happened.Version, BuiltInVersion);
        while (Version < happened.Version)
        {
            versions.Add(null);
        }

        versions[(int)happened.Version - 1] = happened.Policy;
    }
}
