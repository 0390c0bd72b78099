using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Npgsql;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>What must hold of logs and topics once all is quiet, whatever happened before.</summary>
internal sealed class Invariants(Databases databases, TopicContents topics, Violations violations)
{
    private const string Pages = """
        select partition, first, events,
               coalesce(lag(first + events) over (partition by partition order by first),
                        (select (incarnation::bigint << 48) + 1 from store)) as expected
        from pages
        """;

    private const string BrokenPages =
        $"select partition, first, expected from ({Pages}) p where first <> expected order by 1, 2";

    private const string BrokenHeads = """
        select p.partition, p.head, coalesce(e.last, (select incarnation::bigint << 48 from store))
        from partitions p left join (
            select partition, max(first + events - 1) as last from pages group by 1) e using (partition)
        where p.head <> coalesce(e.last, (select incarnation::bigint << 48 from store))
        """;

    private const string CountOfEvents = "select coalesce(sum(events), 0) from pages";

    private const string SentByPartition = """
        select partition, count(*) from events where target = '{0}' group by 1
        """;

    private static readonly (string Service, string Topic)[] Relays =
    [
        ("quests", TopicCatalog.QuestTransitions.Name),
        ("rewards", TopicCatalog.RewardIssued.Name),
        ("sessions", TopicCatalog.SessionLifecycle.Name),
    ];

    /// <summary>Events of all logs, for the report.</summary>
    internal long Events { get; private set; }

    /// <summary>Records of repeats: positions that a topic holds more than once, which readers skip.</summary>
    internal long Repeats { get; private set; }

    /// <summary>Accepted actions whose order was compared.</summary>
    internal long Actions { get; private set; }

    internal async Task CheckAsync(CancellationToken cancellation)
    {
        foreach (string service in Victims.DecidingServices)
        {
            await CheckPositionsAsync(service, cancellation);
        }

        foreach ((string service, string topic) in Relays)
        {
            await CheckRelayedAsync(service, topic, cancellation);
        }

        for (int partition = 0; partition < Placement.Partitions; partition++)
        {
            await CheckOrderAsync(partition, cancellation);
        }
    }

    // A page begins where the one before ended, the first one at the incarnation's first position; the last position is
    // the head.
    private async Task CheckPositionsAsync(string service, CancellationToken cancellation)
    {
        foreach (string broken in await databases.RowsAsync(
            service,
            BrokenPages,
            row => $"partition {row.GetInt32(0)}: a page at {row.GetInt64(1)} instead of {row.GetInt64(2)}",
            cancellation))
        {
            violations.Add($"The log of {service} is not contiguous, {broken}.", service);
        }

        foreach (string broken in await databases.RowsAsync(
            service,
            BrokenHeads,
            row => $"partition {row.GetInt32(0)}: head {row.GetInt64(1)}, last position {row.GetInt64(2)}",
            cancellation))
        {
            violations.Add($"The log of {service} does not end at its head, {broken}.", service);
        }

        Events += (await databases.RowsAsync(service, CountOfEvents, row => row.GetInt64(0), cancellation))[0];
    }

    // What the log names a target for is in the topic, each position at least once, and nothing else is.
    private async Task CheckRelayedAsync(string service, string topic, CancellationToken cancellation)
    {
        Dictionary<int, long> sent = (await databases.RowsAsync(
            service,
            SentByPartition.Replace("{0}", topic, StringComparison.Ordinal),
            row => KeyValuePair.Create(row.GetInt32(0), row.GetInt64(1)),
            cancellation)).ToDictionary();
        Dictionary<int, HashSet<ulong>> there = [];
        for (int partition = 0; partition < Placement.Partitions; partition++)
        {
            await topics.ReadAsync(
                topic,
                partition,
                withOrigins: true,
                record =>
                {
                    if (!OriginHeader.TryDecode(record.Origin, out RecordOrigin origin))
                    {
                        throw new InvalidDataException($"{topic}, offset {record.Offset} has no origin.");
                    }

                    if (!there.TryGetValue(origin.Partition, out HashSet<ulong>? positions))
                    {
                        there[origin.Partition] = positions = [];
                    }

                    Repeats += positions.Add(origin.Position) ? 0 : 1;
                },
                cancellation);
        }

        foreach (int partition in sent.Keys.Union(there.Keys).Order())
        {
            long inLog = sent.GetValueOrDefault(partition);
            long inTopic = there.TryGetValue(partition, out HashSet<ulong>? positions) ? positions.Count : 0;
            if (inLog != inTopic)
            {
                violations.Add(
                    $"Partition {partition} of {service} has {inLog:N0} events for {topic}, which holds {inTopic:N0} "
                    + "different positions of it.",
                    service);
            }
        }
    }

    // Each lane's actions of a player have their outcomes in the order in which they came into the lane's topic.
    private async Task CheckOrderAsync(int partition, CancellationToken cancellation)
    {
        ActionOrder order = new();
        for (int lane = 0; lane < TopicCatalog.Actions.Count; lane++)
        {
            int current = lane;
            await topics.ReadAsync(
                TopicCatalog.Actions[lane].Name,
                partition,
                withOrigins: false,
                record => order.Arrive(current, ActionAccepted.Parser.ParseFrom(record.Value)),
                cancellation);
        }

        string transitions = $"select body from events where partition = {partition} "
            + $"and type = '{EventNames.QuestTransition}' order by position";
        await foreach (byte[] body in databases.ReadAsync(
            "quests", transitions, row => row.GetFieldValue<byte[]>(0), cancellation))
        {
            order.Decide(QuestTransition.Parser.ParseFrom(body));
        }

        Actions += order.Arrived;
        foreach (string difference in order.Differences())
        {
            violations.Add($"Quests, partition {partition}: {difference}", "quests");
        }
    }
}
