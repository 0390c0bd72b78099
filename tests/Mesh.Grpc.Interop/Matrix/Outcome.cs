namespace Mesh.Grpc.Interop.Matrix;

/// <summary>Who calls whom.</summary>
internal enum Direction
{
    /// <summary>The client of this library calls the peer's server.</summary>
    MeshCalls,

    /// <summary>The peer's client calls the server of this library.</summary>
    MeshServes,
}

/// <summary>What became of a case in one direction with one peer.</summary>
/// <param name="Case">Its official name.</param>
/// <param name="Direction">Who called whom.</param>
/// <param name="Failure">What it did not see; null when it has passed or was not run.</param>
/// <param name="Exclusion">Why it was not run, or not run whole.</param>
internal sealed record Outcome(string Case, Direction Direction, string? Failure, Exclusion? Exclusion)
{
    /// <summary>In one word or two.</summary>
    public string Word => Failure is not null ? "FAILED"
        : Exclusion is null ? "passes"
        : Exclusion.Instead is null ? "–"
        : "passes, no probe";
}
