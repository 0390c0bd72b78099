using System.Globalization;
using System.Text.RegularExpressions;
using Mesh.Provisioning;

namespace Mesh.Bench.Scenarios.Broker;

/// <summary>What kafka-producer-perf-test says at its end.</summary>
/// <param name="Records">How many were acknowledged.</param>
/// <param name="PerSecond">Records a second.</param>
/// <param name="P50Ms">Half of the acknowledgements took no longer.</param>
/// <param name="P99Ms">99 % took no longer.</param>
internal sealed record ProducerFigures(long Records, double PerSecond, double P50Ms, double P99Ms);

/// <summary>Apache Kafka's own tools, the same against both brokers.</summary>
/// <param name="home">An Apache Kafka distribution.</param>
internal sealed partial class PerfTools(string home)
{
    private const int RecordBytes = 100;

    /// <summary>Produces so many records; as fast as it goes, or at a rate.</summary>
    /// <exception cref="BenchException">The tool failed, or said something else than it does.</exception>
    internal async Task<ProducerFigures> ProduceAsync(
        string servers, string topic, long records, long perSecond, CancellationToken cancellation)
    {
        string output = await RunAsync(
            "kafka-producer-perf-test.sh",
            [
                "--topic", topic, "--num-records", Text(records), "--record-size", Text(RecordBytes),
                "--throughput", Text(perSecond), "--producer-props", $"bootstrap.servers={servers}",
            ],
            cancellation);
        Match last = ProducerLine().Matches(output).LastOrDefault()
            ?? throw new BenchException($"kafka-producer-perf-test.sh did not say what it did: {output}");
        ProducerFigures figures = new(
            (long)Number(last.Groups["records"]),
            Number(last.Groups["rate"]),
            Number(last.Groups["p50"]),
            Number(last.Groups["p99"]));
        return figures.Records == records
            ? figures
            : throw new BenchException($"Of {records} records {figures.Records} were acknowledged.");
    }

    /// <summary>Consumes so many records from the start.</summary>
    /// <exception cref="BenchException">The tool failed.</exception>
    internal async Task ConsumeAsync(string servers, string topic, long records, CancellationToken cancellation)
    {
        string output = await RunAsync(
            "kafka-consumer-perf-test.sh",
            [
                "--bootstrap-server", servers, "--topic", topic, "--num-records", Text(records),
                "--timeout", "60000", "--hide-header",
            ],
            cancellation);
        string[] fields = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Split(", ");
        if (fields.Length < 5 || !long.TryParse(fields[4], CultureInfo.InvariantCulture, out long consumed)
            || consumed < records)
        {
            throw new BenchException($"kafka-consumer-perf-test.sh did not consume {records} records: {output}");
        }
    }

    /// <summary>Runs one of the distribution's programs to its end, and gives what it wrote.</summary>
    /// <exception cref="BenchException">It failed.</exception>
    internal async Task<string> RunAsync(string tool, string[] arguments, CancellationToken cancellation)
    {
        List<string> lines = [];
        await using ChildProcess process = ChildProcess.Start(new ChildProcessOptions
        {
            FileName = Path.Combine(home, "bin", tool),
            Arguments = arguments,
            Environment = new Dictionary<string, string?> { ["LOG_DIR"] = Path.GetTempPath() },
            OnOutput = lines.Add,
            OnError = line => Console.Error.WriteLine($"bench: {tool}: {line}"),
        });
        int code = await process.Exited.WaitAsync(cancellation);
        string output = string.Join('\n', lines);
        return code == 0 ? output : throw new BenchException($"{tool} ended with {code}: {output}");
    }

    private static double Number(Group group) => double.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"(?<records>\d+) records sent, (?<rate>[\d.]+) records/sec .*?"
        + @"(?<p50>[\d.]+) ms 50th,.*?(?<p99>[\d.]+) ms 99th")]
    private static partial Regex ProducerLine();
}
