using System.Globalization;
using System.Text;
using Mesh.Broker.Groups;
using Mesh.Broker.Log;
using Mesh.Broker.Topics;

namespace Mesh.Broker.Server;

/// <summary>The broker's numbers in Prometheus' text format, version 0.0.4.</summary>
internal static class MetricsPage
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static async Task<string> WriteAsync(BrokerState broker, int connections)
    {
        StringBuilder page = new();
        BrokerCounters counters = broker.Counters;
        One(page, "connections", "gauge", "Open connections.", connections);
        One(page, "connections_total", "counter", "Connections accepted.", counters.Accepted);
        One(page, "connections_refused_total", "counter", "Connections above the limit.", counters.Refused);
        Head(page, "connections_closed_total", "counter", "Connections that the broker closed, by reason.");
        Sample(page, "connections_closed_total", "{reason=\"malformed\"}", counters.Malformed);
        Sample(page, "connections_closed_total", "{reason=\"failed\"}", counters.Failed);
        One(page, "received_bytes_total", "counter", "Bytes received.", counters.ReceivedBytes);
        One(page, "sent_bytes_total", "counter", "Bytes sent.", counters.SentBytes);
        Head(page, "requests_total", "counter", "Requests, by API.");
        foreach (ApiSpec api in ApiTable.All)
        {
            Sample(page, "requests_total", $"{{api=\"{api.Key}\"}}", counters.RequestsOf(api.Key));
        }

        One(page, "tail_bytes", "gauge", "Newest records held in memory.", broker.Logs.Tails.UsedBytes);
        LogCounters logs = broker.Logs.Counters;
        One(page, "corrupt_reads_total", "counter", "Reads refused for a wrong checksum.", logs.CorruptReads.Value);
        One(page, "damaged_ranges_total", "counter", "Damage found at the start.", logs.DamagedRanges.Value);
        One(page, "segments_deleted_total", "counter", "Segments that retention deleted.", logs.SegmentsDeleted.Value);
        One(page, "compactions_total", "counter", "Logs compacted.", logs.Compactions.Value);
        One(page, "disk_flushes_total", "counter", "Files flushed for flush=always.", logs.Flushes.Value);
        WriteLogs(page, broker.Topics);
        await WriteGroupsAsync(page, broker);
        return page.ToString();
    }

    private static void WriteLogs(StringBuilder page, TopicStore topics)
    {
        Topic[] all = [.. topics.All.OrderBy(t => t.Name, StringComparer.Ordinal)];
        Head(page, "log_start_offset", "gauge", "The first offset that can be read.");
        Each((label, log) => Sample(page, "log_start_offset", label, log.StartOffset));
        Head(page, "log_end_offset", "gauge", "The offset that the next record gets.");
        Each((label, log) => Sample(page, "log_end_offset", label, log.EndOffset));

        void Each(Action<string, Log.PartitionLog> write)
        {
            foreach (Topic topic in all)
            {
                for (int p = 0; p < topic.Partitions.Length; p++)
                {
                    write($"{{topic=\"{topic.Name}\",partition=\"{p}\"}}", topic.Partitions[p]);
                }
            }
        }
    }

    private static async Task WriteGroupsAsync(StringBuilder page, BrokerState broker)
    {
        (string Id, GroupState State, int Members)[] groups = await broker.Groups.InspectAsync(
            view => view.All.Select(g => (g.Id, g.State, g.Members.Count)).ToArray());
        Head(page, "groups", "gauge", "Groups, by state.");
        foreach (GroupState state in Enum.GetValues<GroupState>())
        {
            Sample(page, "groups", $"{{state=\"{state}\"}}", groups.Count(g => g.State == state));
        }

        One(page, "group_members", "gauge", "Members of all groups.", groups.Sum(g => g.Members));
        One(page, "group_rebalances_total", "counter", "Generations that have begun.", broker.Groups.Rebalances);
        One(page, "refused_commits_total", "counter", "Commits of members that were given up.",
            broker.Groups.RefusedCommits);
        Head(page, "group_offset", "gauge", "Committed offsets.");
        foreach ((string id, _, _) in groups)
        {
            foreach ((TopicPartition partition, CommittedOffset committed) in broker.Offsets.Of(id))
            {
                string label = $"{{group=\"{Escape(id)}\",topic=\"{partition.Topic}\","
                    + $"partition=\"{partition.Partition}\"}}";
                Sample(page, "group_offset", label, committed.Offset);
            }
        }
    }

    private static void One(StringBuilder page, string name, string type, string help, long value)
    {
        Head(page, name, type, help);
        Sample(page, name, "", value);
    }

    private static void Head(StringBuilder page, string name, string type, string help) =>
        page.Append("# HELP mesh_broker_").Append(name).Append(' ').Append(help).Append('\n')
            .Append("# TYPE mesh_broker_").Append(name).Append(' ').Append(type).Append('\n');

    private static void Sample(StringBuilder page, string name, string labels, long value) =>
        page.Append(CultureInfo.InvariantCulture, $"mesh_broker_{name}{labels} {value}\n");

    // A group's id is its clients' own text.
    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
}
