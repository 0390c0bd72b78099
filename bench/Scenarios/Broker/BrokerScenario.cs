using System.CommandLine;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using static Mesh.Bench.Scenarios.Arguments;

namespace Mesh.Bench.Scenarios.Broker;

/// <summary>
/// <c>bench broker</c>: what the embedded broker costs, beside Apache Kafka, with Apache Kafka's own perf tools.
/// </summary>
internal static class BrokerScenario
{
    private const string HomeVariable = "KAFKA_HOME";

    internal static Command Create()
    {
        Option<int> rounds = Number("--rounds", 3, "Measures everything so many times and reports the medians.");
        Option<int> records = Number("--records", 2_000_000, "So many records of 100 bytes, as fast as it goes.");
        Option<int> seconds = Number("--seconds", 20, "How long acknowledgements are measured at half load.");
        Option<bool> alone = new("--alone") { Description = "Measures the embedded broker only." };
        Option<string?> json = Json();
        Command command = new("broker", "The embedded broker beside Apache Kafka: CPU, latency, memory, start.")
        {
            rounds, records, seconds, alone, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string? file = Writable(parsed.GetValue(json));
            BrokerRequest request = new(
                Home(),
                AtLeast(1, rounds.Name, parsed.GetValue(rounds)),
                AtLeast(1000, records.Name, parsed.GetValue(records)),
                AtLeast(1, seconds.Name, parsed.GetValue(seconds)),
                !parsed.GetValue(alone));
            await RunAsync(request, file, cancellation);
        });
        return command;
    }

    private static string Home() =>
        Environment.GetEnvironmentVariable(HomeVariable) is { Length: > 0 } home && Directory.Exists(home)
            ? home
            : throw new BenchException(
                $"{HomeVariable} must name an Apache Kafka distribution: its perf tools measure both brokers.");

    private static async Task RunAsync(BrokerRequest request, string? json, CancellationToken cancellation)
    {
        Layout layout = Layout.Find();
        double load = Machine.Load();
        Commit commit = await Commit.OfAsync(layout.Root);
        IReadOnlyList<StoreFigure> figures = await BrokerRun.RunAsync(layout, request, cancellation);
        BrokerReport report = new(
            "broker",
            TimeProvider.System.GetUtcNow(),
            commit,
            Machine.Here(),
            load,
            request.Rounds,
            request.Records,
            figures);
        StoreTable.Write(report);
        await ReportFile.WriteAsync(json, report, cancellation);
    }
}
