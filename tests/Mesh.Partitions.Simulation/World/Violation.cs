namespace Mesh.Partitions.Simulation.World;

/// <summary>An invariant does not hold.</summary>
internal sealed class Violation(string invariant, string detail) : Exception($"{invariant}: {detail}")
{
    public string Invariant => invariant;

    public static void Unless(bool holds, string invariant, string detail)
    {
        if (!holds)
        {
            throw new Violation(invariant, detail);
        }
    }
}
