namespace Mesh.Bench.Scenarios;

/// <summary>Says what is done, with the time, as the logs do.</summary>
internal static class Progress
{
    internal static void Say(string doing) =>
        Console.Error.WriteLine($"bench: {TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {doing}");
}
