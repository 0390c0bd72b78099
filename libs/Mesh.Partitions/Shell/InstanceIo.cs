using System.Diagnostics;
using Mesh.EventStore;
using Mesh.Partitions.Machine;
using Microsoft.Extensions.Logging;

namespace Mesh.Partitions.Shell;

/// <summary>
/// The world of an instance: PostgreSQL, the broker, the clock. Every answer is posted to the loop; what fails answers
/// that its outcome is unknown.
/// </summary>
internal sealed class InstanceIo : IInstanceIo, IDisposable
{
    private static readonly TimeSpan ResendPatience = TimeSpan.FromSeconds(10);

    private readonly PartitionHostOptions _options;
    private readonly PartitionedStore _store;
    private readonly Guid _instance;
    private readonly Lanes _lanes;
    private readonly Relay _relay;
    private readonly OffsetReporter _offsets;
    private readonly Func<int, IPartitionProcessor> _create;
    private readonly Action<Action> _post;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _recovering = new(Environment.ProcessorCount);

    public InstanceIo(
        PartitionHostOptions options,
        PartitionedStore store,
        Guid instance,
        Lanes lanes,
        Relay relay,
        OffsetReporter offsets,
        Func<int, IPartitionProcessor> create,
        Action<Action> post,
        ILogger logger)
    {
        (_options, _store, _instance, _lanes, _relay) = (options, store, instance, lanes, relay);
        (_offsets, _create, _post, _logger) = (offsets, create, post, logger);
    }

    public long Now => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1000);

    public void Beat(float[] rates, Action<Sight?> answered) => Ask(
        answered,
        async cancel =>
        {
            FaultPoints.Reach(FaultPoints.BeforeBeat);
            Sight sight = await _store.BeatAsync(_instance, _options.Address, rates, cancel);
            FaultPoints.Reach(FaultPoints.AfterBeat);
            return sight;
        });

    public void Look(Action<Sight?> answered) => Ask(answered, cancel => _store.LookAsync(cancel)!);

    public void Take(PartitionOwner seen, long? counter, Action<TakeAnswer> answered) => Ask<TakeAnswer?>(
        answer => answered(answer ?? new TakeAnswer(null, Failed: true)),
        async cancel =>
        {
            FaultPoints.Reach(FaultPoints.BeforeTake);
            long? epoch = await _store.TakeAsync(seen, counter, _instance, cancel);
            FaultPoints.Reach(FaultPoints.AfterTake);
            return new TakeAnswer(epoch, Failed: false);
        });

    public void Release(int partition, long epoch, Action done) => Ask<bool?>(
        _ => done(),
        async cancel =>
        {
            FaultPoints.Reach(FaultPoints.BeforeRelease);
            return await _store.ReleaseAsync(partition, _instance, epoch, cancel);
        });

    public void Leave(Action done) => Ask<bool?>(
        _ => done(),
        async cancel =>
        {
            await _store.LeaveAsync(_instance, cancel);
            return true;
        });

    public void Forget(Guid instance, long counter) => Ask<bool?>(
        _ => { },
        async cancel =>
        {
            await _store.ForgetAsync(instance, counter, cancel);
            return true;
        });

    public void Recover(int partition, long? epoch, Action<PartitionMachine?> answered) => Ask(
        answered,
        async cancel =>
        {
            await _recovering.WaitAsync(cancel);
            try
            {
                FaultPoints.Reach(FaultPoints.BeforeRecover);
                Recovery recovery = new(
                    new StoreSource(_store), partition, epoch, _options.MachineLimits, _options.Bury);
                PartitionMachine machine = await recovery.RunAsync(_create, cancel);
                FaultPoints.Reach(FaultPoints.AfterRecover);
                if (recovery.Rebuilt is { } reason)
                {
                    PartitionsMessages.Rebuilt(_logger, partition, reason);
                }

                if (epoch is not null)
                {
                    _offsets.Recovered(partition, machine.Next);
                }

                return machine;
            }
            finally
            {
                _recovering.Release();
            }
        });

    public void Commit(IReadOnlyList<PageWrite> pages, Action<CommitAnswer?> answered) => _ = AskAsync(
        answered,
        async cancel =>
        {
            bool quiet = pages.All(page => page.Events.Count == 0);
            FaultPoints.Reach(quiet ? FaultPoints.BeforeRelayed : FaultPoints.BeforeCommit);
            CommitAnswer answer = await _store.CommitAsync(pages, cancel);
            FaultPoints.Reach(FaultPoints.AfterCommit);
            _offsets.Committed(pages, answer);
            return answer;
        },
        elsewhere: pages.Sum(page => 1 + page.Events.Count) > Limits.WrittenInTurn);

    public void ReadStates(
        int partition, IReadOnlyCollection<string> streams, Action<IReadOnlyList<StateRow>?> answered) =>
        Ask(answered, cancel => _store.ReadStatesAsync(partition, streams, cancel)!);

    public void ReadEvents(
        int partition, long after, long through, Predicate<StoredEvent> wanted,
        Action<IReadOnlyList<StoredEvent>?> answered) =>
        Ask<IReadOnlyList<StoredEvent>>(
            answered,
            async cancel =>
            {
                List<StoredEvent> events = [];
                long from = Math.Max(after, _store.Origin) + 1;
                await foreach (StoredEvent stored in _store.ReadAsync(partition, from, through, cancel))
                {
                    if (wanted(stored))
                    {
                        events.Add(stored);
                    }
                }

                return events;
            });

    public void WriteStates(StateWrite write, Action<bool?> answered) => Ask<bool?>(
        answered,
        async cancel =>
        {
            FaultPoints.Reach(FaultPoints.BeforeStates);
            bool written = await _store.WriteStatesAsync(write, cancel);
            FaultPoints.Reach(FaultPoints.AfterStates);
            return written;
        });

    public int Assign(int lane, int partition, InputPlace from) => _lanes.Assign(lane, partition, from);

    public void Unassign(int lane, int partition)
    {
        try
        {
            _lanes.Unassign(lane, partition);
        }
        catch (ObjectDisposedException)
        {
            // The lane's reader has failed, which ends this run: it reads nothing any more.
        }
    }

    public void Pause(int lane, int partition, bool paused) => _lanes.Pause(lane, partition, paused);

    public void Send(Tenure tenure, in StoredEvent stored, bool counted)
    {
        FaultPoints.Reach(FaultPoints.BeforeProduce);
        _relay.Send(tenure, stored, counted);
        FaultPoints.Reach(FaultPoints.AfterProduce);
    }

    public void Close(Tenure tenure) => _relay.Close(tenure);

    public void AskResend(ResendOrder order) => Ask<bool?>(
        _ => { },
        async cancel =>
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(ResendPatience);
            await _options.Resend(order, limit.Token);
            return true;
        });

    public void Report(Notice notice, int partition, string detail)
    {
        Telemetry.Count(notice, _options.Name);
        switch (notice)
        {
            case Notice.Serving:
                PartitionsMessages.Serving(_logger, partition, detail);
                break;
            case Notice.Ended:
                PartitionsMessages.Ended(_logger, partition, detail);
                break;
            case Notice.RecordLost:
                PartitionsMessages.RecordLost(_logger, partition, detail);
                break;
            case Notice.Buried:
                PartitionsMessages.Buried(_logger, partition, detail);
                break;
            case Notice.Rebuilding:
                PartitionsMessages.Rebuilt(_logger, partition, detail);
                break;
            default:
                PartitionsMessages.StartingOver(_logger, partition, detail);
                break;
        }
    }

    public void Dispose()
    {
        // Tasks that are under way see the end by it, so the semaphore and the source stay for them.
        _ended.Cancel();
    }

    private void Ask<T>(Action<T?> answered, Func<CancellationToken, Task<T>> ask) =>
        _ = AskAsync(answered, ask, elsewhere: true);

    // Elsewhere: the loop goes on while the request is written as well.
    private async Task AskAsync<T>(Action<T?> answered, Func<CancellationToken, Task<T>> ask, bool elsewhere)
    {
        T? answer = default;
        try
        {
            if (elsewhere)
            {
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }

            answer = await ask(_ended.Token);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // Whatever went wrong, the outcome is unknown; the machine knows what follows from that.
        catch (Exception e)
#pragma warning restore CA1031
        {
            PartitionsMessages.RequestFailed(_logger, e.Message);
        }

        _post(() => answered(answer));
    }

    private sealed class StoreSource(PartitionedStore store) : IRecoverySource
    {
        public long Origin => store.Origin;

        public Task<PartitionRow> ReadRowAsync(int partition, CancellationToken cancel) =>
            store.ReadRowAsync(partition, cancel);

        public Task<StateSummary> SummarizeStatesAsync(int partition, CancellationToken cancel) =>
            store.SummarizeStatesAsync(partition, cancel);

        public Task<bool> ResetStatesAsync(int partition, long epoch, CancellationToken cancel) =>
            store.ResetStatesAsync(partition, epoch, cancel);

        public Task<PartitionSnapshot> ReadSnapshotAsync(int partition, int fewStates, CancellationToken cancel) =>
            store.ReadSnapshotAsync(partition, fewStates, cancel);

        public IAsyncEnumerable<StateRow> ReadStatesAsync(int partition, CancellationToken cancel) =>
            store.ReadAllStatesAsync(partition, cancel);

        public Task<IReadOnlyList<StateRow>> ReadStatesAsync(
            int partition, IReadOnlyCollection<string> streams, CancellationToken cancel) =>
            store.ReadStatesAsync(partition, streams, cancel);

        public IAsyncEnumerable<StoredEvent> ReadAsync(
            int partition, long from, long through, CancellationToken cancel) =>
            store.ReadAsync(partition, from, through, cancel);
    }
}
