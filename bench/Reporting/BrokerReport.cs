namespace Mesh.Bench.Reporting;

/// <summary>All there is to say of a run of the scenario <c>broker</c>.</summary>
internal sealed record BrokerReport(
    string Scenario,
    DateTimeOffset Date,
    Commit Commit,
    Machine Machine,
    double LoadBefore,
    int Rounds,
    long Records,
    IReadOnlyList<StoreFigure> Figures);
