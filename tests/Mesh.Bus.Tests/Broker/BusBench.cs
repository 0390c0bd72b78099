using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Bus.Tests.Broker;

/// <summary>What every suite does with a broker.</summary>
internal static class BusBench
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static ILogger NoLog => NullLogger.Instance;

    public static BusOptions Options(this IBroker broker) =>
        new() { BootstrapServers = broker.BootstrapServers, ClientId = "mesh-bus-tests" };

    public static string NewName() => $"bus-{Guid.NewGuid():N}";

    public static async Task<string> NewTopicAsync(
        this IBroker broker, int partitions = 1, bool compacted = false, BusCodec codec = BusCodec.Lz4)
    {
        string name = NewName();
        var topic = new TopicDefinition(name, partitions, codec, compacted ? null : TimeSpan.FromDays(1));
        await TopicSetup.EnsureAsync(broker.Options(), [topic], NoLog, CancellationToken.None);
        return name;
    }

    /// <summary>Sends values 0, 1, 2, ... of a given size, each in its first four bytes, and waits for all.</summary>
    public static void Fill(
        this IBroker broker, string topic, int partition, int count, int bytes = sizeof(int), bool keyed = false)
    {
        using var producer = new BusProducer(broker.Options(), BusCodec.None, NoLog);
        ProduceTarget target = producer.Target(topic, partition, _ => { }, _ => { });
        for (int i = 0; i < count; i++)
        {
            byte[] value = new byte[bytes];
            BitConverter.TryWriteBytes(value, i);
            Assert.True(target.Produce(keyed ? value[..sizeof(int)] : null, value, null));
        }

        Assert.True(producer.Flush(Deadline), producer.FatalError);
    }

    public static IAdminClient Admin(this IBroker broker)
    {
        KafkaLibrary.EnsureLoaded();
        return new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
    }

    /// <summary>An address at which nobody listens.</summary>
    public static BusOptions Nobody(TimeSpan wait)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new BusOptions
        {
            BootstrapServers = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}",
            ClientId = "mesh-bus-tests",
            BrokerWait = wait,
        };
    }
}

/// <summary>Keeps what a reader delivers and wakes whoever waits for it.</summary>
internal sealed class Received
{
    private readonly object _gate = new();
    private readonly List<FetchedBatch> _batches = [];
    private readonly TaskCompletionSource<Exception> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Exception> Failure => _failure.Task;

    public List<FetchedBatch> Batches
    {
        get
        {
            lock (_gate)
            {
                return [.. _batches];
            }
        }
    }

    public List<FetchedRecord> Records => [.. Batches.SelectMany(b => b.Records)];

    public bool Add(FetchedBatch batch)
    {
        lock (_gate)
        {
            _batches.Add(batch);
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return true;
    }

    public void Fail(Exception error) => _failure.TrySetResult(error);

    /// <summary>Waits until so many records have come, or the reader has failed.</summary>
    public Task<List<FetchedRecord>> CountAsync(int count) => UntilAsync(records => records.Count >= count);

    /// <summary>Waits until an assignment has delivered something.</summary>
    public Task FirstOfAsync(int assignment) => UntilAsync(records => records.Any(r => r.Assignment == assignment));

    /// <summary>Waits until an assignment has delivered a given offset.</summary>
    public Task LastOfAsync(int assignment, long offset) =>
        UntilAsync(records => records.Any(r => r.Assignment == assignment && r.Offset == offset));

    private async Task<List<FetchedRecord>> UntilAsync(Func<List<FetchedRecord>, bool> met)
    {
        using var deadline = new CancellationTokenSource(BusBench.Deadline);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }

            List<FetchedRecord> records = Records;
            if (met(records))
            {
                return records;
            }

            if (await Task.WhenAny(changed, _failure.Task).WaitAsync(deadline.Token) == _failure.Task)
            {
                throw await _failure.Task;
            }
        }
    }
}

/// <summary>Keeps log lines.</summary>
internal sealed class ListLogger : ILogger
{
    private readonly List<(LogLevel Level, string Text)> _lines = [];

    public List<(LogLevel Level, string Text)> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add((logLevel, formatter(state, exception)));
        }
    }
}
