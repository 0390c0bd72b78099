using Mesh.Bench.Scenarios.Grpc;

namespace Mesh.Bench.Reporting;

/// <summary>One load over all rounds.</summary>
/// <param name="Load">What was done.</param>
/// <param name="CallsPerCpuSecond">Of our server: the median.</param>
/// <param name="BareCallsPerCpuSecond">Of the bare endpoint: the median.</param>
/// <param name="PeerCallsPerCpuSecond">Of @grpc/grpc-js: the median; null: it was not there.</param>
/// <param name="Ratio">The median of the rounds' ratios, ours over the bare endpoint's.</param>
/// <param name="RatioAim">What is aimed at.</param>
/// <param name="BytesPerCall">Allocated by our server: the median.</param>
/// <param name="BareBytesPerCall">Allocated by the bare endpoint: the median.</param>
/// <param name="BytesAim">What is aimed at.</param>
/// <param name="Rounds">Each round of ours.</param>
/// <param name="BareRounds">Each round of the bare endpoint.</param>
/// <param name="PeerRounds">Each round of @grpc/grpc-js.</param>
internal sealed record GrpcFigure(
    string Load,
    double CallsPerCpuSecond,
    double BareCallsPerCpuSecond,
    double? PeerCallsPerCpuSecond,
    double Ratio,
    double RatioAim,
    double BytesPerCall,
    double BareBytesPerCall,
    double BytesAim,
    IReadOnlyList<Measurement> Rounds,
    IReadOnlyList<Measurement> BareRounds,
    IReadOnlyList<Measurement>? PeerRounds)
{
    internal static GrpcFigure Of(
        LoadMode mode,
        IReadOnlyList<Measurement> ours,
        IReadOnlyList<Measurement> bare,
        IReadOnlyList<Measurement>? peer) => new(
        mode.Name,
        Median(ours.Select(round => round.CallsPerCpuSecond)),
        Median(bare.Select(round => round.CallsPerCpuSecond)),
        peer is null ? null : Median(peer.Select(round => round.CallsPerCpuSecond)),
        Median(ours.Zip(bare, (our, their) => our.CallsPerCpuSecond / their.CallsPerCpuSecond)),
        mode.AimOfRatio,
        Median(ours.Select(round => round.BytesPerCall ?? double.NaN)),
        Median(bare.Select(round => round.BytesPerCall ?? double.NaN)),
        mode.AimBytes,
        ours,
        bare,
        peer);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return Math.Round((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, 3);
    }
}

/// <summary>All there is to say of a run of the scenario <c>grpc</c>.</summary>
internal sealed record GrpcReport(
    string Scenario,
    DateTimeOffset Date,
    Commit Commit,
    Machine Machine,
    double LoadBefore,
    int Rounds,
    double Scale,
    string? Peer,
    IReadOnlyList<GrpcFigure> Figures);
