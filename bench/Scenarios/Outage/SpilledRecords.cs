using Mesh.Bench.Running;
using Mesh.Bus;
using Mesh.Contracts;

namespace Mesh.Bench.Scenarios.Outage;

/// <summary>
/// Reads the check-ins' lane and counts what did not come there at once: what the door kept bears an origin.
/// </summary>
internal sealed class SpilledRecords : IAsyncDisposable
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<(int Partition, ulong Position)> _seen = [];
    private readonly Lock _gate = new();
    private readonly TopicReader _reader;
    private readonly List<long> _times = [];

    internal SpilledRecords(string broker) => _reader = WholeTopic.Read(
        broker,
        "bench-outage",
        TopicCatalog.ActionsP0,
        withOrigins: true,
        Take,
        failure => _failed.TrySetException(failure));

    /// <summary>Completes by a failure of the reader.</summary>
    internal Task Failed => _failed.Task;

    /// <summary>How many actions, each counted once.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _times.Count;
            }
        }
    }

    /// <summary>When those were read that were read after a moment, by the stopwatch.</summary>
    internal IReadOnlyList<long> TimesAfter(long moment)
    {
        lock (_gate)
        {
            return [.. _times.Where(time => time > moment)];
        }
    }

    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    private void Take(FetchedRecord record, long now)
    {
        lock (_gate)
        {
            if (OriginHeader.TryDecode(record.Origin, out RecordOrigin origin)
                && _seen.Add((origin.Partition, origin.Position)))
            {
                _times.Add(now);
            }
        }
    }
}
