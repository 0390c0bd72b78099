using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Types.V1;
using Mesh.EventStore;
using Mesh.Ingestion.Relaying;
using Mesh.Wiring;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mesh.Ingestion;

/// <summary>Is told, by another thread, that an action is durable.</summary>
internal interface IAcknowledged
{
    /// <summary>Offset: where the action lies in its topic; -1: it is on its way there.</summary>
    void Acknowledged(long number, int lane, int partition, long offset);
}

/// <summary>
/// OUT: accepted actions go to their lane's topic, to their player's partition. Ingestion has nothing to decide: an
/// action is durable when the broker says so. While the broker is away actions are made durable in the door's own log
/// instead, from which they follow: (1) the producer is given up; what it has not acknowledged, and then what comes,
/// goes to the log, in order. Some of it may have reached the broker; the players' streams know an action again. (2)
/// When little of the log is left to send, what comes waits in memory until the broker has the last of it. (3) A new
/// producer gets what has waited, and what comes. A door that starts without the broker begins with (2), if its store
/// has seen the broker before.
/// </summary>
internal sealed class ActionRelay : BackgroundService, IHealthCheck
{
    private readonly ServiceOptions _options;
    private readonly SpillLog _spill;
    private readonly TimeProvider _clock;
    private readonly ILogger<ActionRelay> _logger;
    private readonly Lumps _lumps;
    private readonly ActionRoute[] _routes;
    private BusProducer? _producer;
    private PartitionedStore? _store;
    private long _unsettled;
    private int _nextRoute;
    private volatile bool _spilling;
    private volatile string? _failure = "The broker is not checked yet.";

    public ActionRelay(ServiceOptions options, SpillLog spill, TimeProvider clock, ILogger<ActionRelay> logger)
    {
        (_options, _spill, _clock, _logger) = (options, spill, clock, logger);
        _lumps = new Lumps(TopicCatalog.Actions.Count, SendLump);
        _routes = [.. Enumerable.Range(0, TopicCatalog.Actions.Count * Placement.Partitions).Select(i =>
            new ActionRoute(this, _lumps, i / Placement.Partitions, i % Placement.Partitions))];
        spill.Acknowledged += (topic, partition, next) =>
            _routes.First(r => r.Partition == partition && r.Topic == topic).NoteOffset(next);
    }

    /// <summary>Whether actions can be taken.</summary>
    public bool Ready => _failure is null;

    /// <summary>Whether actions go to the door's own log.</summary>
    public bool Spilling => _spilling;

    /// <summary>How near the door is to what it can hold, in memory or on disk: 0 to 1.</summary>
    public double Pressure =>
        Math.Min(1, Math.Max((double)Volatile.Read(ref _unsettled) / Limits.HeldActions, _spill.Fullness));

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _store = await PartitionedStore.OpenAsync(_options.Database, Placement.Partitions, cancellationToken);
        SpillTelemetry.Observe(_spill);
        await Task.WhenAny(
            _spill.BrokerChecked, Task.WhenAll(_spill.Served, Task.Delay(Limits.StartPatience, cancellationToken)))
            .WaitAsync(cancellationToken);
        if (_spill.BrokerChecked.IsCompleted)
        {
            SendDirectly();
        }
        else
        {
            BeginSpill("it has not answered since this door's start");
        }

        _failure = null;
        await base.StartAsync(cancellationToken);
    }

    /// <summary>What is not durable gets there either way; what is logged stays for who comes next.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _failure ??= "The service stops.";
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _unsettled) > 0 && Stopwatch.GetElapsedTime(start) < Limits.StopPatience)
        {
            await Task.Delay(Limits.ReturnLook, CancellationToken.None);
        }

        await base.StopAsync(cancellationToken);
        _lumps.Dispose();
        _producer?.Dispose();
        await (_store?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>An action that the door let in; told to come later when its log is full.</summary>
    public Judged Admit(in Judged judged)
    {
        if (judged.Refused is not null || !_spilling || _spill.Fullness < 1)
        {
            return judged;
        }

        return judged with
        {
            Refused = new Receipt
            {
                Status = Receipt.Types.Status.Later,
                Problem = Problems.Later(
                    ErrorCodes.Unavailable,
                    string.Empty,
                    "The broker is away and the door's own log is full; send again.",
                    Limits.RetryAfter),
                ReceivedAt = _clock.GetUtcNow().ToTimestamp(),
            },
        };
    }

    /// <summary>Sends an action. Actions of one caller keep their order within a lane and partition.</summary>
    public void Send(in Judged judged, IAcknowledged sink, long number)
    {
        byte[] key = Encoding.UTF8.GetBytes(judged.Key);
        int partition = Placement.Partition(key);
        Interlocked.Increment(ref _unsettled);
        _routes[(judged.Lane * Placement.Partitions) + partition].Send(key, judged.Record, sink, number);
    }

    /// <summary>An action is durable.</summary>
    public void Settled() => Interlocked.Decrement(ref _unsettled);

    /// <summary>How far each lane's partitions are acknowledged.</summary>
    public ProgressResponse Progress()
    {
        ProgressResponse response = new() { Store = ByteString.CopyFrom(Ids.ToBytes(_store!.StoreId)) };
        for (int n = 0; n < Placement.Partitions; n++)
        {
            PartitionProgress partition = new() { Partition = (uint)n };
            foreach (ActionRoute route in _routes.Where(r => r.Partition == n && r.NextOffset > 0))
            {
                partition.Targets.Add(new RelayProgress
                {
                    Topic = route.Topic,
                    Partition = (uint)n,
                    NextOffset = (ulong)route.NextOffset,
                });
            }

            response.Partitions.Add(partition);
        }

        return response;
    }

    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (_failure is { } failure)
        {
            return HealthCheckResult.Unhealthy(failure);
        }

        await _store!.PingAsync(cancellationToken);
        return HealthCheckResult.Healthy(_spilling
            ? $"Spilling: the broker is away, {_spill.Records} actions wait for it in {_spill.Bytes} bytes of the log."
            : null);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_producer is null)
        {
            await SpillAsync(stoppingToken);
        }

        using PeriodicTimer timer = new(Limits.OutageLook);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // Every route is asked, since each counts its looks.
            bool still = _routes.Count(route => route.IsStill()) > 0;
            if ((_producer!.FatalError ?? (still ? "nothing is acknowledged" : null)) is { } reason)
            {
                // 1.
                BeginSpill(reason);
                await OwnThread.RunAsync(_producer.Dispose);
                foreach (ActionRoute route in _routes)
                {
                    route.Hold();
                }

                await SpillAsync(stoppingToken);
            }
        }
    }

    private int SendLump(int lane) =>
        _routes.Skip(lane * Placement.Partitions).Take(Placement.Partitions).Sum(route => route.SendLump());

    private void BeginSpill(string reason)
    {
        IngestionMessages.SpillBegins(_logger, reason, Volatile.Read(ref _unsettled));
        _spill.Begin();
        _spilling = true;
    }

    private async Task SpillAsync(CancellationToken stopping)
    {
        long start = Stopwatch.GetTimestamp();
        long spilled = 0;

        // 2.
        do
        {
            spilled += await LogAsync(stopping);
        }
        while (!await DrainedAsync(stopping));

        // 3.
        SendDirectly();
        _spilling = false;
        IngestionMessages.SpillEnds(_logger, spilled, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private void SendDirectly()
    {
        _producer = new BusProducer(_options.Bus, TopicCatalog.ActionsP0.Codec, _logger);
        foreach (ActionRoute route in _routes)
        {
            route.Resume(_producer);
        }
    }

    /// <summary>
    /// Makes durable what waits, until the broker is known and takes it, and little is left; how many.
    /// </summary>
    private async Task<long> LogAsync(CancellationToken stopping)
    {
        long logged = 0;
        long looked = 0;
        long? first = null;
        while (true)
        {
            List<WaitingAction> batch = TakeBatch();
            await _spill.AppendAsync(batch, stopping);
            batch.ForEach(action => action.Route.Logged(action));
            logged += batch.Count;
            if (batch.Count == 0)
            {
                await Task.Delay(Limits.SpillPause, stopping);
            }

            if (_spill.BrokerChecked.IsCompleted
                && Stopwatch.GetElapsedTime(looked) >= Limits.OutageLook
                && await _spill.ProgressAsync(stopping) is { } progress)
            {
                looked = Stopwatch.GetTimestamp();
                first ??= progress.Relayed;
                if (progress.Left == 0 || (progress.Left < Limits.LittleLeft && progress.Relayed > first))
                {
                    return logged;
                }
            }
        }
    }

    /// <summary>Waits until the broker has all that is logged; false: it has stopped taking it.</summary>
    private async Task<bool> DrainedAsync(CancellationToken stopping)
    {
        long relayed = -1;
        long since = Stopwatch.GetTimestamp();
        while (true)
        {
            SpillProgress? progress = await _spill.ProgressAsync(stopping);
            if (progress is { Left: 0 })
            {
                return true;
            }

            if (progress is { } some && some.Relayed != relayed)
            {
                (relayed, since) = (some.Relayed, Stopwatch.GetTimestamp());
            }
            else if (Stopwatch.GetElapsedTime(since) >= Limits.ReturnPatience)
            {
                return false;
            }

            await Task.Delay(Limits.ReturnLook, stopping);
        }
    }

    // From one route after the other, each in its order; the next batch goes on with the next route.
    private List<WaitingAction> TakeBatch()
    {
        List<WaitingAction> batch = [];
        long bytes = 0;
        for (int tries = 0; tries < _routes.Length; tries++)
        {
            ActionRoute route = _routes[_nextRoute];
            _nextRoute = (_nextRoute + 1) % _routes.Length;
            for (int left = Limits.SpillBatch / _routes.Length; left > 0; left--)
            {
                if (batch.Count >= Limits.SpillBatch || bytes >= Limits.SpillBatchBytes
                    || !route.TryTake(out WaitingAction action))
                {
                    break;
                }

                batch.Add(action);
                bytes += action.Record.Length;
            }
        }

        return batch;
    }
}
