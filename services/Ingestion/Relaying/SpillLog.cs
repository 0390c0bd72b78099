using System.Text;
using Mesh.Contracts;
using Mesh.EventStore;
using Mesh.Partitions;

namespace Mesh.Ingestion.Relaying;

/// <summary>How far what was spilled has come.</summary>
/// <param name="Left">Actions that the broker has not acknowledged.</param>
/// <param name="Relayed">A number that grows with each that it acknowledges.</param>
internal readonly record struct SpillProgress(long Left, long Relayed);

/// <summary>
/// The door's own log: takes actions while the broker is away. Each is an event whose target is its topic; the host
/// relays them in order, here or wherever the partition is taken to. What is relayed is deleted.
/// </summary>
internal sealed class SpillLog(
    PartitionHost<SpillProcessor> host, SpillOptions options, ILogger<SpillLog> logger) : BackgroundService
{
    private static readonly string[] NoStreams = [];

    private readonly SpillSlots _slots = new(Placement.Partitions);
    private readonly Dictionary<int, long> _relayedAtFirst = [];
    private long _appended;
    private long _measured;
    private long _records;

    /// <summary>Actions in this instance's partitions that the broker had not acknowledged when last seen.</summary>
    public long Records => Volatile.Read(ref _records);

    /// <summary>Bytes of the log, of all instances, as measured last, and what was added here since.</summary>
    public long Bytes => Volatile.Read(ref _measured) + Volatile.Read(ref _appended);

    /// <summary>How full it is; 1: no more is accepted.</summary>
    public double Fullness => Math.Min(1, (double)Bytes / options.MaxBytes);

    /// <summary>Completes when the broker has answered, and is the one that it was.</summary>
    public Task BrokerChecked => host.BrokerChecked;

    /// <summary>Completes when the log can take actions.</summary>
    public Task Served => host.Served;

    /// <summary>A spill begins.</summary>
    public void Begin()
    {
        _slots.Begin();
        _relayedAtFirst.Clear();
    }

    /// <summary>
    /// Makes actions durable. Those of one player's partition keep their order, and go on trying until they are; an
    /// attempt whose outcome is unknown may leave them in the log twice, which readers see through.
    /// </summary>
    public async Task AppendAsync(IReadOnlyList<WaitingAction> actions, CancellationToken cancel)
    {
        WaitingAction[][] left = [.. actions.GroupBy(action => action.Route.Partition).Select(some => some.ToArray())];
        while (left.Length > 0)
        {
            bool[] written = await Task.WhenAll(left.Select(some => TryAppendAsync(some, cancel)));
            left = [.. left.Where((_, i) => !written[i])];
            if (left.Length > 0)
            {
                await Task.Delay(Limits.SpillRetry, cancel);
            }
        }

        Interlocked.Add(ref _appended, actions.Sum(action => (long)action.Record.Length + action.Key.Length));
    }

    /// <summary>How far this spill has come; null: not known now. One caller at a time.</summary>
    public async Task<SpillProgress?> ProgressAsync(CancellationToken cancel)
    {
        try
        {
            IReadOnlyList<PartitionProgress> all = await host.ProgressAsync(cancel);
            SpillProgress sum = default;
            foreach (int slot in _slots.Used)
            {
                if (all.FirstOrDefault(progress => progress.Partition == slot) is { } here)
                {
                    _relayedAtFirst.TryAdd(slot, here.Relayed);
                    sum = new SpillProgress(
                        sum.Left + here.Head - here.Relayed, sum.Relayed + here.Relayed - _relayedAtFirst[slot]);
                }
                else if (host.Places[slot].Address is null)
                {
                    // It starts over, or changes hands: nobody can say.
                    return null;
                }
            }

            return sum;
        }
        catch (Exception e) when (e is PartitionUnavailableException or NotOwnerException)
        {
            return null;
        }
    }

    /// <summary>How far the broker has acknowledged what this instance's partitions sent, by topic partition.</summary>
    public event Action<string, int, long>? Acknowledged;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Limits.SpillMeasure);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await MeasureAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The database or the host is away for a moment; the next look finds out.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                IngestionMessages.SpillNotMeasured(logger, e.Message);
            }
        }
    }

    private async Task MeasureAsync(CancellationToken cancel)
    {
        long before = Volatile.Read(ref _appended);
        long bytes = await host.Store.LogBytesAsync(cancel);
        Volatile.Write(ref _measured, bytes);
        Interlocked.Add(ref _appended, -before);
        if (bytes == 0)
        {
            Volatile.Write(ref _records, 0);
            return;
        }

        IReadOnlyList<PartitionProgress> all = await host.ProgressAsync(cancel);
        Volatile.Write(ref _records, all.Sum(progress => progress.Head - progress.Relayed));
        foreach (PartitionProgress progress in all)
        {
            foreach ((string topic, int partition, _, long next) in progress.Targets)
            {
                Acknowledged?.Invoke(topic, partition, next);
            }

            await host.Store.TruncateAsync(progress.Partition, progress.Epoch, progress.Relayed, cancel);
        }
    }

    private async Task<bool> TryAppendAsync(WaitingAction[] actions, CancellationToken cancel)
    {
        int slot = -1;
        try
        {
            int[] owned = [.. host.Places.Where(place => place.IsHere).Select(place => place.Partition)];
            if (_slots.Of(actions[0].Route.Partition, owned) is not { } chosen)
            {
                return false;
            }

            slot = chosen;
            return await host.ExecuteAsync(
                slot,
                NoStreams,
                (_, log) =>
                {
                    foreach (WaitingAction action in actions)
                    {
                        EventTarget target = new(
                            action.Route.Topic, action.Route.Partition, Encoding.UTF8.GetString(action.Key));
                        log.Append(SpillProcessor.Stream, EventNames.ActionAccepted, action.Record, default, target);
                    }

                    return true;
                },
                cancel);
        }
        catch (NotOwnerException e)
        {
            if (e.Address is not null)
            {
                _slots.Lose(slot);
            }

            return false;
        }
        catch (PartitionUnavailableException)
        {
            return false;
        }
    }
}
