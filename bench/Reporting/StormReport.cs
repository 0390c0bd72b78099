using Mesh.Bench.Scenarios.Storm;

namespace Mesh.Bench.Reporting;

/// <summary>Clients that came back at once.</summary>
/// <param name="Clients">How many.</param>
/// <param name="Again">How often one of them was told to come again, or refused.</param>
/// <param name="P50">From the beginning until a client's ping was durable, ms.</param>
/// <param name="P99">The same.</param>
/// <param name="Max">The same.</param>
internal sealed record CrowdFigures(int Clients, int Again, double P50, double P99, double Max)
{
    internal static CrowdFigures Of(CrowdResult crowd)
    {
        LatencyLine line = LatencyLine.Of(string.Empty, crowd.Times, [0]);
        return new CrowdFigures(crowd.Times.Count, crowd.Again, line.P50, line.P99, line.Max);
    }
}

/// <summary>A tenant that sent ten times its limit.</summary>
/// <param name="Limit">Actions a second.</param>
/// <param name="Sent">How many it sent.</param>
/// <param name="Durable">How many were accepted.</param>
/// <param name="Refused">How many were answered: later.</param>
internal sealed record FloodFigures(int Limit, int Sent, int Durable, int Refused);

/// <summary>A process's resident memory, in bytes.</summary>
/// <param name="Process">Its name.</param>
/// <param name="Before">Before the storm.</param>
/// <param name="Most">The most while it lasted.</param>
internal sealed record MemoryFigures(string Process, long Before, long Most);

/// <summary>What was measured.</summary>
/// <param name="Phases">Everybody else's check-ins: alone, beside the storm.</param>
/// <param name="Crowd">Who came.</param>
/// <param name="Flood">Who sent too much.</param>
/// <param name="Memory">The door's and the gateway's.</param>
/// <param name="Lost">Actions of both that were said to be durable and cannot be read.</param>
internal sealed record StormFigures(
    IReadOnlyList<LatencyPhase> Phases,
    CrowdFigures Crowd,
    FloodFigures Flood,
    IReadOnlyList<MemoryFigures> Memory,
    int Lost);

/// <summary>All there is to say of a run of the scenario <c>storm</c>.</summary>
internal sealed record StormReport(
    string Scenario,
    DateTimeOffset Date,
    Commit Commit,
    Machine Machine,
    double LoadBefore,
    int Rate,
    int Seconds,
    int WarmUp,
    StormFigures Figures);
