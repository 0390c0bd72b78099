using Mesh.Bus;
using Npgsql;

namespace Mesh.Partitions.Shell;

/// <summary>
/// What no second try mends: a person has to decide, so the service stops and says what to run.
/// </summary>
internal static class Refusal
{
    /// <summary>What is wrong and what to run; null: it may pass.</summary>
    public static string? Of(Exception failure, PartitionHostOptions options) => failure switch
    {
        TopicMismatchException e => e.Message,
        ClusterChangedException e =>
            $"{e.Message} Connect the service to the brokers of {e.Remembered}. If {e.Found} is a copy of it with the "
            + $"same offsets, run: {Psql(options, $"update store set cluster = '{e.Found}'")} If it is a new one, "
            + "whose topics are to be read from their start, run: "
            + Psql(options, $"update store set cluster = '{e.Found}'; {Forget}"),
        OffsetOutsideLogException e => ReadAnew(e.Message, e.Partition, options),
        RecordReplacedException e => ReadAnew(e.Message, e.Partition, options),
        _ => null,
    };

    // The epoch as well, so that an instance that still runs does not write its own offsets over it.
    private const string Forget = "update partitions set inputs = '', epoch = epoch + 1";

    private static string ReadAnew(string problem, int partition, PartitionHostOptions options) =>
        $"{problem} What is lost by that stays lost, except what its sender can send again. To read all topics of "
        + $"partition {partition} from the start of what they hold (what was read before is known by its ids and "
        + $"skipped), run: {Psql(options, $"{Forget} where partition = {partition}")}";

    private static string Psql(PartitionHostOptions options, string sql)
    {
        NpgsqlConnectionStringBuilder database = new(options.ConnectionString);
        return $"psql -h {database.Host} -p {database.Port} -U {database.Username} -d {database.Database} -c \"{sql}\"";
    }
}
