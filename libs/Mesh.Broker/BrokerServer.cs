using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Mesh.Broker.Groups;
using Mesh.Broker.Log;
using Mesh.Broker.Producers;
using Mesh.Broker.Server;
using Mesh.Broker.Topics;
using Microsoft.Extensions.Logging;

namespace Mesh.Broker;

/// <summary>
/// A single-node broker that speaks the Kafka protocol, for one machine. Every acknowledged record survives a kill of
/// this process. There are neither replicas nor transactions: production belongs on Apache Kafka.
/// </summary>
public sealed class BrokerServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly DataDirectory _data;
    private readonly BrokerState _broker;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly Lock _stopGate = new();
    private readonly LogMaintenance _maintenance;
    private readonly Task _accepting;
    private MetricsEndpoint? _metrics;
    private Task? _stopped;

    private BrokerServer(Socket listener, DataDirectory data, BrokerState broker, ILogger logger)
    {
        _listener = listener;
        _data = data;
        _broker = broker;
        _logger = logger;
        Endpoint = (IPEndPoint)listener.LocalEndPoint!;
        _maintenance = new LogMaintenance(
            () => broker.Topics.All.SelectMany(topic => topic.Partitions),
            broker.Options.RetentionCheck,
            broker.Options.CompactionCheck,
            logger);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens, with the port that was taken.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Where metrics are served; null when they are not.</summary>
    public Uri? MetricsUrl => _metrics?.Url;

    /// <summary>What clients take as <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers => Endpoint.ToString();

    /// <summary>The cluster's id: random, made with the data directory, the same over restarts.</summary>
    public string ClusterId => _broker.ClusterId;

    /// <summary>Reads the data directory, recovers every log and listens.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    /// <exception cref="InvalidOperationException">Another broker has the data directory.</exception>
    /// <exception cref="SocketException">The endpoint cannot be listened on.</exception>
    /// <exception cref="IOException">The metrics' port is taken.</exception>
    public static async Task<BrokerServer> StartAsync(
        BrokerOptions options, ILoggerFactory loggers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        options.Validate();
        Limits.Verify();
        BrokerServer broker = await Task.Run(
            () => Start(options, loggers.CreateLogger("Mesh.Broker")), cancellationToken);
        try
        {
            await broker.ServeMetricsAsync();
            return broker;
        }
        catch
        {
            await broker.StopAsync();
            throw;
        }
    }

    /// <summary>Closes every connection, then the logs. Calling it again waits for the same end.</summary>
    public Task StopAsync()
    {
        lock (_stopGate)
        {
            return _stopped ??= StopOnceAsync();
        }
    }

    /// <summary>The same as <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>A partition's log, for tests.</summary>
    internal PartitionLog LogOf(string topic, int partition) => _broker.Topics.Find(topic)!.Partition(partition)!;

    private static BrokerServer Start(BrokerOptions options, ILogger logger)
    {
        DataDirectory data = DataDirectory.Take(options.DataDirectory);
        TopicStore? topics = null;
        OffsetStore? offsets = null;
        GroupCoordinator? groups = null;
        Socket? listener = null;
        try
        {
            LogContext logs = new(
                new TailMemory(options.MemoryLimitBytes),
                options.Flush == BrokerFlush.Always,
                options.Clock,
                logger,
                options.FlushFile)
            {
                ProducerExpiryMs = (long)options.ProducerExpiry.TotalMilliseconds,
            };
            topics = new TopicStore(data.Path, options.DefaultPartitions, options.TopicDefaults, logs);
            offsets = new OffsetStore(data.Path, logs);
            ProducerIds producerIds = new(data.Cluster.NextProducerId, data.ReserveProducerIds);
            groups = new GroupCoordinator(data.Path, options.ToGroupSettings(), offsets, logs);
            BrokerState broker = new(options, data.Cluster.ClusterId, topics, offsets, groups, producerIds, logs);
            listener = new Socket(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(options.Listen);
            listener.Listen();
            BrokerMessages.Started(logger, listener.LocalEndPoint!, data.Path, data.Cluster.ClusterId);
            return new BrokerServer(listener, data, broker, logger);
        }
        catch
        {
            listener?.Dispose();
            groups?.Dispose();
            offsets?.Dispose();
            topics?.Dispose();
            data.Dispose();
            throw;
        }
    }

    private async Task ServeMetricsAsync()
    {
        if (_broker.Options.MetricsPort is int port)
        {
            _metrics = await MetricsEndpoint.StartAsync(
                port, () => MetricsPage.WriteAsync(_broker, _connections.Count));
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // A client that left between its connect and here.
                continue;
            }

            if (_connections.Count >= Limits.MaxConnections)
            {
                _broker.Counters.Refuse();
                BrokerMessages.TooManyConnections(_logger, Limits.MaxConnections);
                socket.Dispose();
                continue;
            }

            _broker.Counters.Accept();
            Task served = Task.Factory.StartNew(
                () => Serve(socket), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _connections.TryAdd(served, 0);
            _ = served.ContinueWith(
                static (done, connections) => ((ConcurrentDictionary<Task, byte>)connections!).TryRemove(done, out _),
                _connections,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private void Serve(Socket socket)
    {
        socket.NoDelay = true;
        using Connection connection = new(socket, _broker, _stopping.Token);
        connection.Run();
    }

    private async Task StopOnceAsync()
    {
        if (_metrics is not null)
        {
            await _metrics.DisposeAsync();
        }

        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        await _maintenance.DisposeAsync();
        _broker.Groups.Dispose();
        _broker.Topics.Dispose();
        _broker.Offsets.Dispose();
        _data.Dispose();
        _stopping.Dispose();
        BrokerMessages.Stopped(_logger, Endpoint);
    }
}
