using System.Globalization;
using Mesh.Bench.Measuring;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using Mesh.Bench.Scenarios.Store;

namespace Mesh.Bench.Scenarios.Broker;

/// <summary>What is asked of the scenario.</summary>
/// <param name="Home">The Apache Kafka distribution whose tools, and whose broker, are used.</param>
/// <param name="Rounds">Everything is measured so many times.</param>
/// <param name="Records">Records produced and consumed as fast as it goes.</param>
/// <param name="LatencySeconds">How long acknowledgements are measured at half load.</param>
/// <param name="Beside">Whether Apache Kafka is measured as well.</param>
internal sealed record BrokerRequest(string Home, int Rounds, long Records, int LatencySeconds, bool Beside);

/// <summary>
/// Measures one broker after the other, in rounds, each with new data: (1) the time from its start to the first
/// acknowledgement, on a folder that it knows; (2) records for each CPU second of the broker's, after a warm-up; (3)
/// acknowledgements at half of what the slower one took; (4) its resident memory after all that.
/// </summary>
internal static class BrokerRun
{
    private const string Topic = "measured";
    private const double Mebibyte = 1024 * 1024;
    private const double LeastSeconds = 0.01;

    internal static async Task<IReadOnlyList<StoreFigure>> RunAsync(
        Layout layout, BrokerRequest request, CancellationToken cancellation)
    {
        Book book = new(Say);
        for (int round = 0; round < request.Rounds; round++)
        {
            string folder = Directory.CreateTempSubdirectory("mesh-bench-").FullName;
            try
            {
                await RoundAsync(layout, request, folder, book, cancellation);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return book.Figures();
    }

    private static async Task RoundAsync(
        Layout layout, BrokerRequest request, string folder, Book book, CancellationToken cancellation)
    {
        PerfTools tools = new(request.Home);
        await using MeasuredBroker ours = MeasuredBroker.Embedded(layout, folder);
        await using MeasuredBroker? theirs = request.Beside
            ? await MeasuredBroker.ApacheAsync(request.Home, tools, folder, cancellation)
            : null;
        Taken our = await ThroughputAsync(ours, tools, request, cancellation);
        Taken? their = theirs is null ? null : await ThroughputAsync(theirs, tools, request, cancellation);
        long half = (long)(Math.Min(our.Rate, their?.Rate ?? our.Rate) / 2);
        our = await LatencyAsync(ours, tools, our, half, request, cancellation);
        their = theirs is null ? null : await LatencyAsync(theirs, tools, their!, half, request, cancellation);
        Note("produced records per CPU-second", "records", t => t.ProducedPerCpu, Aim.TimesPeer(1.5));
        Note("consumed records per CPU-second", "records", t => t.ConsumedPerCpu, Aim.TimesPeer(1.5));
        Note("produced records a second", "records/s", t => t.Rate);
        Note("acknowledged at half load, p50", "ms", t => t.P50Ms);
        Note("acknowledged at half load, p99", "ms", t => t.P99Ms);
        Note("resident memory", "MiB", t => t.ResidentMiB, Aim.AtMostTimesPeer(0.125));
        Note("start to first acknowledgement", "ms", t => t.StartMs, Aim.AtMostTimesPeer(0.1));

        void Note(string name, string unit, Func<Taken, double> figure, Aim? aim = null) => book.Note(
            name,
            unit,
            figure(our),
            their is null ? null : ("Apache Kafka", figure(their)),
            their is null ? null : aim);
    }

    /// <summary>(1) and (2); leaves the broker stopped, so that the other one has the machine.</summary>
    private static async Task<Taken> ThroughputAsync(
        MeasuredBroker broker, PerfTools tools, BrokerRequest request, CancellationToken cancellation)
    {
        await broker.StartAsync(cancellation);
        await broker.StopAsync();
        double startMs = await broker.StartAsync(cancellation);
        Say($"{broker.Name}: warm-up");
        await tools.ProduceAsync(broker.Servers, Topic, request.Records / 2, -1, cancellation);
        await tools.ConsumeAsync(broker.Servers, Topic, request.Records / 2, cancellation);
        CpuSample before = CpuSample.Take([broker.Process]);
        ProducerFigures produced = await tools.ProduceAsync(broker.Servers, Topic, request.Records, -1, cancellation);
        CpuSample between = CpuSample.Take([broker.Process]);
        await tools.ConsumeAsync(broker.Servers, Topic, request.Records, cancellation);
        CpuSample after = CpuSample.Take([broker.Process]);
        await broker.StopAsync();
        double producing = between.Total - before.Total;
        double consuming = after.Total - between.Total;
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{broker.Name}: {produced.PerSecond:N0} records/s, {producing:0.00} + {consuming:0.00} CPU s"));
        return new Taken(
            request.Records / Math.Max(LeastSeconds, producing),
            request.Records / Math.Max(LeastSeconds, consuming),
            produced.PerSecond,
            startMs);
    }

    /// <summary>(3) and (4).</summary>
    private static async Task<Taken> LatencyAsync(
        MeasuredBroker broker, PerfTools tools, Taken taken, long perSecond, BrokerRequest request,
        CancellationToken cancellation)
    {
        await broker.StartAsync(cancellation);
        await tools.ProduceAsync(broker.Servers, Topic, request.Records / 2, -1, cancellation);
        Say($"{broker.Name}: {perSecond} records/s");
        ProducerFigures figures = await tools.ProduceAsync(
            broker.Servers, Topic, Math.Max(1, perSecond * request.LatencySeconds), perSecond, cancellation);
        double resident = (ResidentMemory.Of(broker.Process) ?? 0) / Mebibyte;
        await broker.StopAsync();
        return taken with { P50Ms = figures.P50Ms, P99Ms = figures.P99Ms, ResidentMiB = resident };
    }

    private static void Say(string doing) => Console.Error.WriteLine($"bench: {doing}");

    private sealed record Taken(double ProducedPerCpu, double ConsumedPerCpu, double Rate, double StartMs)
    {
        public double P50Ms { get; init; }

        public double P99Ms { get; init; }

        public double ResidentMiB { get; init; }
    }
}
