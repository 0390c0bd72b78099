using System.CommandLine;
using System.Globalization;
using Mesh.Bus;
using Mesh.Cli.Connection;
using Mesh.Cli.Lag;
using Mesh.Contracts;
using Spectre.Console;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh lag</c>: how far each service is behind what it reads.</summary>
internal static class LagCommand
{
    private static readonly string[] Groups = [.. TopicCatalog.All.SelectMany(topic => topic.ReadBy).Distinct()];

    internal static Command Create()
    {
        Option<string?> group = new("--group")
        {
            Description = $"One group ({string.Join(", ", Groups)}); else all of them.", HelpName = "GROUP",
        };
        Option<bool> partitions = new("--partitions") { Description = "A row for each partition." };
        Option<string?> broker = Places.BrokerOption();
        Option<bool> json = Places.JsonOption();
        Command command = new("lag", "Shows how far each service is behind: in records, and in seconds.")
        {
            group, partitions, broker, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string[] groups = GroupsOf(parsed.GetValue(group));
            IReadOnlyList<PartitionLag> lags = await ReadAsync(
                Places.Broker(parsed.GetValue(broker), Places.Run()), groups, cancellation);
            LagRow[] rows = [.. parsed.GetValue(partitions) ? lags.Select(LagRow.Of) : LagRow.Sums(lags)];
            Print(rows, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    /// <exception cref="CliException">There is no such group.</exception>
    internal static string[] GroupsOf(string? given) => given is null ? Groups
        : Groups.Contains(given, StringComparer.Ordinal) ? [given]
        : throw new CliException($"--group must be one of {string.Join(", ", Groups)}, not '{given}'.");

    /// <exception cref="CliException">The broker does not say.</exception>
    internal static async Task<IReadOnlyList<PartitionLag>> ReadAsync(
        string broker, string[] groups, CancellationToken cancellation)
    {
        try
        {
            IReadOnlyList<PartitionLag>[] lags =
                await Task.WhenAll(groups.Select(group => ReadGroupAsync(broker, group, cancellation)));
            return [.. lags.SelectMany(lag => lag)];
        }
        catch (LagUnknownException failure)
        {
            throw new CliException($"{failure.Message} Is the mesh running? dotnet run --project AppHost");
        }
        catch (KafkaLibraryMissingException failure)
        {
            throw new CliException(failure.Message);
        }
    }

    private static async Task<IReadOnlyList<PartitionLag>> ReadGroupAsync(
        string broker, string group, CancellationToken cancellation)
    {
        using LagReader reader = new(
            new BusOptions { BootstrapServers = broker, ClientId = "mesh-lag" },
            group,
            [.. TopicCatalog.All.Where(topic => topic.ReadBy.Contains(group)).Select(topic => topic.Definition)]);
        return await reader.ReadAsync(cancellation);
    }

    private static void Print(LagRow[] rows, bool json)
    {
        if (json)
        {
            Console.WriteLine(Output.ToJson(rows));
            return;
        }

        Output.Write(TableOf(rows));
    }

    internal static Table TableOf(LagRow[] rows)
    {
        Table table = new Table().Border(TableBorder.Minimal);
        foreach (string column in (string[])["group", "topic", "lane"])
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        foreach (string column in (string[])["partition", "committed", "end", "lag records", "lag seconds", "lost"])
        {
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        }

        foreach (LagRow row in rows)
        {
            table.AddRow(
                row.Group,
                row.Topic,
                row.Lane ?? "",
                row.Partition is { } partition ? Number(partition) : "all",
                row.Committed is { } committed ? Number(committed) : "-",
                Number(row.End),
                Number(row.LagRecords),
                row.LagSeconds.ToString("0.0", CultureInfo.InvariantCulture),
                Number(row.LostRecords));
        }

        return table;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
