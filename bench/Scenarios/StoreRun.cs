using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using Mesh.Bench.Scenarios.Store;

namespace Mesh.Bench.Scenarios;

/// <summary>What is asked of the scenario.</summary>
/// <param name="Rounds">Everything is measured so many times.</param>
/// <param name="Scale">1, or less for trials.</param>
/// <param name="Parts">What to measure: <see cref="StoreParts.Names"/>.</param>
/// <param name="Keep">Whether the data stays.</param>
internal sealed record StoreRequest(int Rounds, double Scale, IReadOnlyList<string> Parts, bool Keep)
{
    /// <summary>A number of events or the like, made smaller for a trial.</summary>
    internal long Scaled(long number) => Math.Max(1, (long)(number * Scale));

    /// <summary>A time, made shorter for a trial, though never shorter than half a second.</summary>
    internal TimeSpan Scaled(TimeSpan time) =>
        time * Scale > TimeSpan.FromSeconds(0.5) ? time * Scale : TimeSpan.FromSeconds(0.5);
}

/// <summary>What the scenario can measure.</summary>
internal static class StoreParts
{
    internal const string Commits = "commits";
    internal const string Append = "append";
    internal const string Start = "start";
    internal const string Hop = "hop";

    internal static readonly string[] Names = [Commits, Append, Start, Hop];
}

/// <summary>Starts a cluster of its own, measures part after part in rounds, stops everything.</summary>
internal static class StoreRun
{
    /// <exception cref="BenchException">Something failed or was lost: no figures.</exception>
    internal static async Task<(string Server, IReadOnlyList<StoreFigure> Figures)> RunAsync(
        Layout layout, StoreRequest request, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("mesh-bench-").FullName;
        try
        {
            await using Ground ground = await Ground.StartAsync(folder, cancellation);
            Book book = new(Say);
            foreach (string part in request.Parts)
            {
                await (part switch
                {
                    StoreParts.Commits => CommitPart.RunAsync(ground, request, book, cancellation),
                    StoreParts.Append => AppendPart.RunAsync(ground, request, book, cancellation),
                    StoreParts.Start => StartPart.RunAsync(ground, request, book, cancellation),
                    _ => HopPart.RunAsync(layout, ground, request, book, cancellation),
                });
            }

            return (await ground.VersionAsync(cancellation), book.Figures());
        }
        finally
        {
            if (request.Keep)
            {
                Say($"the data is kept in {folder}");
            }
            else
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static void Say(string doing) => Console.Error.WriteLine($"bench: {doing}");
}
