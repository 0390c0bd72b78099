using System.Diagnostics;
using Mesh.Bench.Scenarios.Latency;

namespace Mesh.Bench.Reporting;

/// <summary>What became of the actions that may wait, and what they cost those that may not.</summary>
/// <param name="Actions">How many.</param>
/// <param name="SecondsToAccept">From the first until all were durable.</param>
/// <param name="TurnedAway">How often the door told to come again later.</param>
/// <param name="WaitingBefore">Of its topic, when the first measured check-in was due.</param>
/// <param name="WaitingAfter">The same when the last one was.</param>
/// <param name="TakenPerSecondBeside">Of its topic, between those two, by the slower of its readers.</param>
/// <param name="TakenPerSecondAfter">The same from then until nothing waited; null: nothing did.</param>
/// <param name="SecondsUntilTaken">From the last check-in until nothing waited; below 0: it was before that.</param>
/// <param name="RatioOfP99">To the board: beside the backlog over alone.</param>
internal sealed record BacklogFigures(
    int Actions,
    double SecondsToAccept,
    int TurnedAway,
    long WaitingBefore,
    long WaitingAfter,
    double TakenPerSecondBeside,
    double? TakenPerSecondAfter,
    double SecondsUntilTaken,
    double RatioOfP99)
{
    internal static BacklogFigures Of(
        Backlog backlog, Track beside, IReadOnlyList<LagSample> samples, LatencyPhase alone, LatencyPhase second)
    {
        long last = beside.At(Step.Due, beside.Count - 1);
        LagSample before = At(samples, beside.At(Step.Due, beside.First));
        LagSample after = At(samples, last);

        // The first moment from which on nothing waited.
        int busy = samples.Count - 1;
        while (busy > 0 && samples[busy - 1].Waiting == 0)
        {
            busy--;
        }

        LagSample end = samples[busy];
        bool isLeft = end.At > after.At;
        return new BacklogFigures(
            backlog.Count,
            Math.Round(backlog.Took.TotalSeconds, 2),
            backlog.Later,
            before.Waiting,
            after.Waiting,
            Math.Round(Rate(before, isLeft ? after : end)),
            isLeft ? Math.Round(Rate(after, end)) : null,
            Math.Round(Seconds(last, end.At), 2),
            Math.Round(second.ToBoard.P99 / alone.ToBoard.P99, 2));
    }

    private static LagSample At(IReadOnlyList<LagSample> samples, long at) => samples.MinBy(
        sample => Math.Abs(sample.At - at));

    private static double Rate(LagSample from, LagSample to) =>
        to.At > from.At ? (to.Taken - from.Taken) / Seconds(from.At, to.At) : 0;

    private static double Seconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds;
}
