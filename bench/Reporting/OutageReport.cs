namespace Mesh.Bench.Reporting;

/// <summary>What was measured, of a replay that was refused nothing and whose books agree.</summary>
/// <param name="Accepted">Check-ins of the whole replay.</param>
/// <param name="SecondsToAccept">How long that took: as long as their clock says, unless the door held them up.</param>
/// <param name="KeptAtEnd">What the door had kept when the broker went on.</param>
/// <param name="Kept">What it has kept at all.</param>
/// <param name="FirstAfterMs">From the broker's return to the first of them in the topic.</param>
/// <param name="SecondsToSendOn">From the broker's return to the last.</param>
/// <param name="SentOnPerSecond">How many a second in that time, those included that it kept meanwhile.</param>
internal sealed record OutageFigures(
    long Accepted,
    double SecondsToAccept,
    long KeptAtEnd,
    long Kept,
    double FirstAfterMs,
    double SecondsToSendOn,
    double SentOnPerSecond);

/// <summary>All there is to say of a run of the scenario <c>outage</c>.</summary>
internal sealed record OutageReport(
    string Scenario,
    DateTimeOffset Date,
    Commit Commit,
    Machine Machine,
    double LoadBefore,
    int Rate,
    int Seconds,
    bool KillDoor,
    OutageFigures Figures);
