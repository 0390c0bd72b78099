using System.Diagnostics;
using Mesh.Bench.Scenarios.Latency;

namespace Mesh.Bench.Reporting;

/// <summary>From one step of an action to another, in milliseconds.</summary>
/// <param name="Name">From where to where.</param>
/// <param name="P50">Half of the actions took at most so long.</param>
/// <param name="P99">99 of 100.</param>
/// <param name="P999">999 of 1,000.</param>
/// <param name="Max">All.</param>
/// <param name="OfSlowest">The mean of those actions that took longest to the board: one in a hundred.</param>
internal sealed record LatencyLine(string Name, double P50, double P99, double P999, double Max, double OfSlowest)
{
    internal static LatencyLine Of(string name, IReadOnlyList<double> times, IReadOnlyList<int> slowest)
    {
        double[] sorted = [.. times.Order()];
        return new LatencyLine(
            name, At(0.5), At(0.99), At(0.999), At(1), Math.Round(slowest.Average(at => times[at]), 3));

        double At(double share) => Math.Round(sorted[(int)Math.Ceiling(share * sorted.Length) - 1], 3);
    }
}

/// <summary>One load.</summary>
/// <param name="Name">What it ran beside.</param>
/// <param name="CheckIns">How many were measured.</param>
/// <param name="Whole">From when a check-in was due to what its player is told of it.</param>
/// <param name="Hops">The way to the board, hop by hop; empty: it was not followed.</param>
internal sealed record LatencyPhase(
    string Name, int CheckIns, IReadOnlyList<LatencyLine> Whole, IReadOnlyList<LatencyLine> Hops)
{
    private const int InAHundred = 100;

    /// <summary>From due to the changed score.</summary>
    internal LatencyLine ToBoard => Whole[^1];

    internal static LatencyPhase Of(string name, Track track)
    {
        double[] whole = Times(track, Step.Due, Step.Watched);
        int[] slowest =
        [
            .. Enumerable.Range(0, whole.Length)
                .OrderByDescending(at => whole[at])
                .Take(Math.Max(1, whole.Length / InAHundred)),
        ];
        return new LatencyPhase(
            name,
            whole.Length,
            [
                Line("submit to acknowledged", Step.Due, Step.Acknowledged),
                Line("submit to board", Step.Due, Step.Watched),
            ],
            !track.HasHops ? [] :
            [
                Line("submit to sent", Step.Due, Step.Sent),
                Line("sent to received", Step.Sent, Step.Received),
                Line("received to accepted", Step.Received, Step.Accepted),
                Line("accepted to transition", Step.Accepted, Step.Transition),
                Line("transition to reward", Step.Transition, Step.Issued),
                Line("reward to board", Step.Issued, Step.Watched),
            ]);

        LatencyLine Line(string line, Step from, Step to) => LatencyLine.Of(line, Times(track, from, to), slowest);
    }

    private static double[] Times(Track track, Step from, Step to) =>
    [
        .. Enumerable.Range(track.First, track.Count - track.First)
            .Select(i => Stopwatch.GetElapsedTime(track.At(from, i), track.At(to, i)).TotalMilliseconds),
    ];
}

/// <summary>What was measured.</summary>
/// <param name="Phases">Load by load.</param>
/// <param name="Backlog">What the second load ran beside; null: there was one load only.</param>
internal sealed record LatencyFigures(IReadOnlyList<LatencyPhase> Phases, BacklogFigures? Backlog);

/// <summary>All there is to say of a run of the scenario <c>latency</c>.</summary>
internal sealed record LatencyReport(
    string Scenario,
    DateTimeOffset Date,
    Commit Commit,
    Machine Machine,
    double LoadBefore,
    int Rate,
    int Seconds,
    int WarmUp,
    bool Lanes,
    LatencyFigures Figures);
