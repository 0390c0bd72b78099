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
/// this process. There are neither replicas, transactions nor balanced groups: production belongs on Apache Kafka.
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
    private readonly Timer _retention;
    private readonly Task _accepting;
    private Task? _stopped;

    private BrokerServer(Socket listener, DataDirectory data, BrokerState broker, ILogger logger)
    {
        _listener = listener;
        _data = data;
        _broker = broker;
        _logger = logger;
        Endpoint = (IPEndPoint)listener.LocalEndPoint!;
        _retention = new Timer(
            _ => ApplyRetention(), null, broker.Options.RetentionCheck, broker.Options.RetentionCheck);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens, with the port that was taken.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>What clients take as <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers => Endpoint.ToString();

    /// <summary>The cluster's id: random, made with the data directory, the same over restarts.</summary>
    public string ClusterId => _broker.ClusterId;

    /// <summary>Reads the data directory, recovers every log and listens.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    /// <exception cref="InvalidOperationException">Another broker has the data directory.</exception>
    /// <exception cref="SocketException">The endpoint cannot be listened on.</exception>
    public static Task<BrokerServer> StartAsync(
        BrokerOptions options, ILoggerFactory loggers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        options.Validate();
        Limits.Verify();
        return Task.Run(() => Start(options, loggers.CreateLogger("Mesh.Broker")), cancellationToken);
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

    private static BrokerServer Start(BrokerOptions options, ILogger logger)
    {
        DataDirectory data = DataDirectory.Take(options.DataDirectory);
        TopicStore? topics = null;
        Socket? listener = null;
        try
        {
            LogContext logs = new(
                new TailMemory(options.MemoryLimitBytes), options.Flush == BrokerFlush.Always, options.Clock, logger);
            topics = new TopicStore(data.Path, options.DefaultPartitions, logs);
            OffsetStore offsets = new(data.Path, logs);
            ProducerIds producerIds = new(data.Cluster.NextProducerId, data.ReserveProducerIds);
            BrokerState broker = new(options, data.Cluster.ClusterId, topics, offsets, producerIds, logs);
            listener = new Socket(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(options.Listen);
            listener.Listen();
            BrokerMessages.Started(logger, listener.LocalEndPoint!, data.Path, data.Cluster.ClusterId);
            return new BrokerServer(listener, data, broker, logger);
        }
        catch
        {
            listener?.Dispose();
            topics?.Dispose();
            data.Dispose();
            throw;
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
                BrokerMessages.TooManyConnections(_logger, Limits.MaxConnections);
                socket.Dispose();
                continue;
            }

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
        using Connection connection = new(socket, _broker);
        connection.Run(_stopping.Token);
    }

    private async Task StopOnceAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        await _retention.DisposeAsync();
        _broker.Topics.Dispose();
        _broker.Offsets.Dispose();
        _data.Dispose();
        _stopping.Dispose();
        BrokerMessages.Stopped(_logger, Endpoint);
    }

    private void ApplyRetention()
    {
        try
        {
            foreach (Topic topic in _broker.Topics.All)
            {
                foreach (PartitionLog partition in topic.Partitions)
                {
                    partition.ApplyRetention();
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            BrokerMessages.RetentionFailed(_logger, e);
        }
    }
}
