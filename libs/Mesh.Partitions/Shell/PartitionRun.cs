using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;
using Microsoft.Extensions.Logging;

namespace Mesh.Partitions.Shell;

/// <summary>
/// One life of a host, from the database to its end: (1) take the partitions, (2) fold their logs, (3) send again
/// what was not acknowledged, (4) read each topic from where the partition's row says, (5) drive the loop. Whatever
/// fails ends the run.
/// </summary>
internal sealed class PartitionRun : IAsyncDisposable
{
    private readonly List<TopicReader> _readers = [];
    private readonly LaneQueue[] _lanes;
    private readonly Relay _relay;

    private PartitionRun(
        PartitionedStore store, PartitionMachine[] machines, LaneQueue[] lanes, Relay relay, PartitionLoop loop)
    {
        Store = store;
        Machines = machines;
        _lanes = lanes;
        _relay = relay;
        Loop = loop;
    }

    public PartitionedStore Store { get; }

    public PartitionMachine[] Machines { get; }

    public PartitionLoop Loop { get; }

    public static async Task<PartitionRun> StartAsync(
        PartitionHostOptions options,
        PartitionedStore store,
        Guid instance,
        IReadOnlyList<IPartitionProcessor> processors,
        ILogger logger,
        CancellationToken cancel)
    {
        PartitionMachine[] machines = new PartitionMachine[options.Partitions];
        for (int n = 0; n < machines.Length; n++)
        {
            machines[n] = await RecoverAsync(store, n, instance, processors[n], cancel);
        }

        Signal signal = new();
        LaneQueue[] lanes = [.. options.Lanes.Select(lane => new LaneQueue(lane, signal))];
        PartitionLoop? loop = null;
        Relay relay = new(options, store.StoreId, signal, reason => loop!.Fail(new IOException(reason)), logger);
        loop = new PartitionLoop(store, relay, machines, lanes, signal);
        PartitionRun run = new(store, machines, lanes, relay, loop);
        foreach (PartitionMachine machine in machines)
        {
            relay.Send(machine);
        }

        foreach (LaneQueue lane in lanes)
        {
            run._readers.Add(run.Read(options.Bus, lane, logger));
        }

        loop.Start();
        return run;
    }

    /// <summary>Stops after a last commit, so that nothing has to be decided again.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        foreach (LaneQueue lane in _lanes)
        {
            lane.Close();
        }

        Loop.Stop();
        await Task.WhenAny(Loop.Ended, Task.Delay(limit));
        _relay.Flush(limit);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LaneQueue lane in _lanes)
        {
            lane.Close();
        }

        Loop.Fail(new OperationCanceledException());
        foreach (TopicReader reader in _readers)
        {
            await reader.DisposeAsync();
        }

        await ((Task)Loop.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _relay.Dispose();
        foreach (LaneQueue lane in _lanes)
        {
            lane.Dispose();
        }
    }

    private static async Task<PartitionMachine> RecoverAsync(
        PartitionedStore store, int partition, Guid instance, IPartitionProcessor processor, CancellationToken cancel)
    {
        PartitionRow row = await store.TakeAsync(partition, instance, cancel);
        PartitionMachine machine = new(partition, processor);
        machine.Load(row);
        await foreach (StoredEvent stored in store.ReadAsync(partition, store.Origin + 1, row.Head, cancel))
        {
            machine.Recover(stored);
        }

        return machine;
    }

    private TopicReader Read(BusOptions bus, LaneQueue lane, ILogger logger)
    {
        string topic = lane.Lane.Topic.Name;
        List<TopicStart> starts = [];
        foreach (PartitionMachine machine in Machines)
        {
            starts.Add(machine.Next.TryGetValue((topic, machine.Partition), out long next)
                ? new TopicStart(machine.Partition, next)
                : new TopicStart(machine.Partition, TopicStart.Beginning));
        }

        TopicReaderOptions options = new()
        {
            Topic = topic,
            Starts = starts,
            WithOrigins = lane.Lane.Relayed,
            MaxBatchRecords = Limits.BatchRecords,
        };
        return new TopicReader(bus, options, lane.Deliver, Loop.Fail, logger);
    }
}
