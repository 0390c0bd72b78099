namespace Mesh.Ingestion.Core.Load;

/// <summary>How much may come.</summary>
/// <param name="PerSecond">How many actions in the long run; 0: no limit.</param>
/// <param name="Burst">How many at once.</param>
public readonly record struct RateLimit(double PerSecond, double Burst)
{
    /// <summary>Whether there is a limit at all.</summary>
    public bool Limits => PerSecond > 0;
}
