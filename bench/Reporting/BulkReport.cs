using Mesh.Bench.Running;

namespace Mesh.Bench.Reporting;

/// <summary>What one process of the mesh used.</summary>
/// <param name="Name">Its name in run.json.</param>
/// <param name="CpuSeconds">User and system time, from just before the replay until all of it was visible.</param>
/// <param name="CpuSecondsPerThousand">The same per 1,000 check-ins.</param>
/// <param name="MemoryBytes">Resident at the end; null where we may not read it.</param>
internal sealed record ProcessFigures(
    string Name, double CpuSeconds, double CpuSecondsPerThousand, long? MemoryBytes);

/// <summary>One replay, or the medians of several.</summary>
/// <param name="Game">Where it went.</param>
/// <param name="CheckIns">How many.</param>
/// <param name="SecondsToAccept">From the first until the last was acknowledged as durable.</param>
/// <param name="SecondsUntilVisible">From the first until the leaderboard showed all.</param>
/// <param name="AcceptedPerSecond">Check-ins a second until accepted.</param>
/// <param name="VisiblePerSecond">Check-ins a second until visible.</param>
/// <param name="MeshCpuSeconds">All processes of the mesh.</param>
/// <param name="ClientCpuSeconds">The replay client, from its start to its end; not part of the mesh.</param>
/// <param name="LaterCpuSeconds">
/// What the mesh still did after everything was visible, until it was quiet, above what it uses when idle.
/// </param>
/// <param name="IdleCores">Cores the quiet mesh uses.</param>
/// <param name="MicrosPerCheckIn">CPU of the mesh per check-in, microseconds.</param>
/// <param name="MicrosPerCheckInWithClient">The same and the client's.</param>
/// <param name="Processes">Process by process.</param>
internal sealed record BulkFigures(
    string Game,
    long CheckIns,
    double SecondsToAccept,
    double SecondsUntilVisible,
    double AcceptedPerSecond,
    double VisiblePerSecond,
    double MeshCpuSeconds,
    double ClientCpuSeconds,
    double LaterCpuSeconds,
    double IdleCores,
    double MicrosPerCheckIn,
    double MicrosPerCheckInWithClient,
    IReadOnlyList<ProcessFigures> Processes);

/// <summary>All there is to say of a run of the scenario <c>bulk</c>.</summary>
internal sealed record BulkReport(
    string Scenario,
    DateTimeOffset Date,
    Commit Commit,
    Machine Machine,
    double LoadBefore,
    string File,
    long Rows,
    int Copies,
    double TargetMicrosPerCheckIn,
    BulkFigures Figures,
    IReadOnlyList<BulkFigures> Runs,
    Verification Verified);
