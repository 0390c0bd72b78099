namespace Mesh.Bench.Reporting;

/// <summary>What is aimed at.</summary>
/// <param name="Value">The value.</param>
/// <param name="OfRatio">It is the ratio to the peer that counts, not the figure itself.</param>
/// <param name="AtMost">Less is better.</param>
internal sealed record Aim(double Value, bool OfRatio, bool AtMost)
{
    /// <summary>At least so many times what the peer does.</summary>
    internal static Aim TimesPeer(double ratio) => new(ratio, OfRatio: true, AtMost: false);

    /// <summary>At most so many times what the peer does.</summary>
    internal static Aim AtMostTimesPeer(double ratio) => new(ratio, OfRatio: true, AtMost: true);

    /// <summary>At most this.</summary>
    internal static Aim Below(double value) => new(value, OfRatio: false, AtMost: true);

    internal bool IsMet(double figure, double? ratio)
    {
        double value = OfRatio ? ratio ?? double.NaN : figure;
        return AtMost ? value <= Value : value >= Value;
    }
}

/// <summary>One figure over all rounds.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Median">Of the rounds.</param>
/// <param name="Rounds">Each round.</param>
/// <param name="Peer">Who did the same in the same rounds; null: nobody.</param>
/// <param name="PeerMedian">Of the peer's rounds.</param>
/// <param name="PeerRounds">Each of the peer's rounds.</param>
/// <param name="Ratio">
/// The median of the rounds' ratios, ours over the peer's: what else the machine did in a round, it did to both.
/// </param>
/// <param name="Aim">What is aimed at.</param>
/// <param name="Met">Whether that is reached; null: nothing is aimed at.</param>
internal sealed record StoreFigure(
    string Name,
    string Unit,
    double Median,
    IReadOnlyList<double> Rounds,
    string? Peer,
    double? PeerMedian,
    IReadOnlyList<double> PeerRounds,
    double? Ratio,
    Aim? Aim,
    bool? Met)
{
    internal static StoreFigure Of(
        string name, string unit, IReadOnlyList<double> ours, string? peer, IReadOnlyList<double> theirs, Aim? aim)
    {
        double median = MedianOf(ours);
        double? ratio = peer is null ? null : MedianOf([.. ours.Zip(theirs, (our, their) => our / their)]);
        return new StoreFigure(
            name,
            unit,
            Round(median),
            [.. ours.Select(Round)],
            peer,
            peer is null ? null : Round(MedianOf(theirs)),
            [.. theirs.Select(Round)],
            ratio is { } value ? Round(value) : null,
            aim,
            aim?.IsMet(median, ratio));
    }

    // Three digits behind the point are more than any of this is sure of.
    private static double Round(double value) => Math.Round(value, 3);

    private static double MedianOf(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>All there is to say of a run of the scenario <c>store</c>.</summary>
internal sealed record StoreReport(
    string Scenario,
    DateTimeOffset Date,
    Commit Commit,
    Machine Machine,
    double LoadBefore,
    string Postgres,
    int Rounds,
    double Scale,
    IReadOnlyList<StoreFigure> Figures);
