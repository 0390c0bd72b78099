using Mesh.Bus;
using Mesh.Contracts;

namespace Mesh.Cli.Lag;

/// <summary>How far a group is behind: in one partition of a topic, or in all of them together.</summary>
/// <param name="Group">The group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Lane">The lane that the topic is; null: it is none.</param>
/// <param name="Partition">The partition; null: all of them.</param>
/// <param name="Committed">The next offset that the group has committed, or the sum; null: none.</param>
/// <param name="End">The offset after the last, or the sum.</param>
/// <param name="LagRecords">Records not read.</param>
/// <param name="LagSeconds">Age of the oldest record that is not read; 0: all are read.</param>
/// <param name="LostRecords">Records that were deleted before they were read.</param>
internal sealed record LagRow(
    string Group, string Topic, string? Lane, int? Partition, long? Committed, long End, long LagRecords,
    double LagSeconds, long LostRecords)
{
    internal static LagRow Of(PartitionLag lag) => new(
        lag.Group,
        lag.Topic,
        LaneOf(lag.Topic),
        lag.Partition,
        lag.Committed,
        lag.End,
        lag.Records,
        Seconds(lag.Age),
        lag.Lost);

    /// <summary>A row for each group and topic, in the order in which they come.</summary>
    internal static IEnumerable<LagRow> Sums(IEnumerable<PartitionLag> lags) =>
        lags.GroupBy(lag => (lag.Group, lag.Topic)).Select(all => new LagRow(
            all.Key.Group,
            all.Key.Topic,
            LaneOf(all.Key.Topic),
            null,
            all.Any(lag => lag.Committed is not null) ? all.Sum(lag => lag.Committed ?? 0) : null,
            all.Sum(lag => lag.End),
            all.Sum(lag => lag.Records),
            all.Max(lag => Seconds(lag.Age)),
            all.Sum(lag => lag.Lost)));

    private static double Seconds(TimeSpan age) => Math.Round(age.TotalSeconds, 3);

    private static string? LaneOf(string topic)
    {
        for (int lane = 0; lane < TopicCatalog.Actions.Count; lane++)
        {
            if (TopicCatalog.Actions[lane].Name == topic)
            {
                return $"p{lane}";
            }
        }

        return null;
    }
}
