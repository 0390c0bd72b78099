namespace Mesh.Broker.Tests.Matrix;

/// <summary>One thing that one client must be able to do with a broker.</summary>
/// <param name="Client">The client, as a person calls it.</param>
/// <param name="Does">What it does.</param>
/// <param name="Run">Does it against a broker; what it throws is the failure, what it returns was seen.</param>
/// <param name="Missing">Why it cannot be tried here; null when it can.</param>
internal sealed record ClientCheck(
    string Client, string Does, Func<string, Task<string>> Run, string? Missing = null)
{
    /// <summary>A name for a topic or a group that nothing else uses.</summary>
    public static string Name() => $"matrix-{Guid.NewGuid():N}";
}
