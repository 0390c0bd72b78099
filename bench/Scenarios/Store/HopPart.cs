using System.Diagnostics;
using System.Globalization;
using System.Text;
using Mesh.Bench.Reporting;
using Mesh.Bench.Running;
using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>
/// From one service's commit to the next one's: two hosts on two databases and a broker between them. First as fast as
/// records go through; then, open-loop, at half of that rate, how long each takes from the moment when the first
/// service's commit is known to be durable until the second's is.
/// </summary>
internal static class HopPart
{
    internal const int Streams = 1_000;
    private const int Partitions = 12;
    private const long FloodRecords = 300_000;
    private const double P99Ms = 5;
    private const double WarmUpShare = 0.1;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Keep = TimeSpan.FromDays(1);
    private static readonly TopicDefinition In = new("bench.v1.in", Partitions, BusCodec.Lz4, Keep);
    private static readonly TopicDefinition Between = new("bench.v1.between", Partitions, BusCodec.Lz4, Keep);

    internal static async Task RunAsync(
        Layout layout, Ground ground, StoreRequest request, Book book, CancellationToken cancellation)
    {
        await using HopBroker broker = await HopBroker.StartAsync(layout, ground.Folder, cancellation);
        (string first, string firstConnection) = await ground.NewDatabaseAsync(cancellation);
        (string second, string secondConnection) = await ground.NewDatabaseAsync(cancellation);
        long flood = request.Scaled(FloodRecords);
        TimeSpan time = request.Scaled(Time);
        // What is sent in the open loop is not known yet: no more than this goes through any machine's two cores.
        HopStamps stamps = new(((request.Rounds + 1) * (flood + (long)(time.TotalSeconds * 200_000))) + flood);
        await using (Hosting<HopProcessor> sender = await Hosting<HopProcessor>.StartAsync(
            Options("bench-first", firstConnection, broker, In, relayed: false, [Between]),
            n => new HopProcessor(n, new EventTarget(Between.Name, n), stamps.First),
            cancellation))
        await using (Hosting<HopProcessor> receiver = await Hosting<HopProcessor>.StartAsync(
            Options("bench-second", secondConnection, broker, Between, relayed: true, []),
            n => new HopProcessor(n, null, stamps.Second),
            cancellation))
        {
            using Source source = new(broker.Servers);
            book.Say("hop: warming up");
            double rate = await FloodAsync(source, stamps, receiver, flood, cancellation);
            await PaceAsync(source, stamps, receiver, rate / 2, time / 2, cancellation);
            for (int round = 0; round < request.Rounds; round++)
            {
                rate = await FloodAsync(source, stamps, receiver, flood, cancellation);
                book.Note("hop: saturated", "records/s", rate);
                Note(book, await PaceAsync(source, stamps, receiver, rate / 2, time, cancellation));
            }
        }

        await ground.DropAsync(first, cancellation);
        await ground.DropAsync(second, cancellation);
    }

    private static void Note(Book book, Pace pace)
    {
        book.Note("hop: open loop", "records/s", pace.Rate);
        book.Note("hop: commit to commit, p50", "ms", At(pace.HopMs, 0.50));
        book.Note("hop: commit to commit, p99", "ms", At(pace.HopMs, 0.99), aim: Aim.Below(P99Ms));
        book.Note("hop: due to second commit, p50", "ms", At(pace.DueMs, 0.50));
        book.Note("hop: due to second commit, p99", "ms", At(pace.DueMs, 0.99));
    }

    private static double At(double[] sorted, double share) => sorted[(int)(share * (sorted.Length - 1))];

    // From the first record sent to the last one durable in the second service.
    private static async Task<double> FloodAsync(
        Source source, HopStamps stamps, Hosting<HopProcessor> receiver, long records, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        Task arrived = stamps.UntilAsync(source.Sent + records);
        await Task.Run(
            () =>
            {
                for (long i = 0; i < records; i++)
                {
                    source.Send(cancellation);
                }
            },
            cancellation);
        await receiver.UntilAsync(arrived, "has not received everything", cancellation);
        return records / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    // Each record has its moment, whatever became of those before it.
    private static async Task<Pace> PaceAsync(
        Source source,
        HopStamps stamps,
        Hosting<HopProcessor> receiver,
        double rate,
        TimeSpan time,
        CancellationToken cancellation)
    {
        long records = (long)(rate * time.TotalSeconds);
        long from = source.Sent;
        Task arrived = stamps.UntilAsync(from + records);
        long started = Stopwatch.GetTimestamp();
        double took = await Task.Factory.StartNew(
            () => Drive(source, rate, records, started, cancellation),
            cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await receiver.UntilAsync(arrived, "has not received everything", cancellation);
        long skipped = (long)(records * WarmUpShare);
        double[] hops = new double[records - skipped];
        double[] due = new double[records - skipped];
        for (long i = skipped; i < records; i++)
        {
            hops[i - skipped] = stamps.HopMs(from + i);
            due[i - skipped] = stamps.SinceMs(started + (long)(i / rate * Stopwatch.Frequency), from + i);
        }

        Array.Sort(hops);
        Array.Sort(due);
        return new Pace(records / took, hops, due);
    }

    private static double Drive(
        Source source, double rate, long records, long started, CancellationToken cancellation)
    {
        long sent = 0;
        while (sent < records)
        {
            long due = Math.Min(records, (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * rate) + 1);
            for (; sent < due; sent++)
            {
                source.Send(cancellation);
            }

            Thread.Sleep(1);
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static PartitionHostOptions Options(
        string name,
        string connection,
        HopBroker broker,
        TopicDefinition lane,
        bool relayed,
        IReadOnlyList<TopicDefinition> targets) => new()
        {
            Name = name,
            Address = "http://127.0.0.1:1",
            ConnectionString = connection,
            Bus = new BusOptions { BootstrapServers = broker.Servers, ClientId = name },
            Partitions = Partitions,
            Lanes = [new LaneOptions(lane, relayed, TimeSpan.FromSeconds(1))],
            Targets = targets,
        };

    private sealed record Pace(double Rate, double[] HopMs, double[] DueMs);

    /// <summary>Numbered records for the first service, partition after partition.</summary>
    private sealed class Source : IDisposable
    {
        private readonly BusProducer _producer;
        private readonly ProduceTarget[] _targets;
        private readonly byte[] _key = Encoding.ASCII.GetBytes("thing");

        public Source(string servers)
        {
            _producer = new BusProducer(
                new BusOptions { BootstrapServers = servers, ClientId = "bench-source" },
                In.Codec,
                NullLogger.Instance);
            _targets =
            [
                .. Enumerable.Range(0, Partitions).Select(n => _producer.Target(In.Name, n, _ => { }, _ => { })),
            ];
        }

        public long Sent { get; private set; }

        public void Send(CancellationToken cancellation)
        {
            if (!_targets[Sent % Partitions].Produce(_key, HopProcessor.ValueOf(Sent), origin: null, cancellation))
            {
                throw new BenchException(string.Create(
                    CultureInfo.InvariantCulture, $"Record {Sent} was not sent: {_producer.FatalError}"));
            }

            Sent++;
        }

        public void Dispose()
        {
            foreach (ProduceTarget target in _targets)
            {
                target.Dispose();
            }

            _producer.Dispose();
        }
    }
}
