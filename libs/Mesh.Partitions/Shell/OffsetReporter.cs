using System.Collections.Concurrent;
using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;
using Microsoft.Extensions.Logging;

namespace Mesh.Partitions.Shell;

/// <summary>
/// Tells Kafka how far the service has read, under a consumer group of its name, for lag tools and retention guards
/// alone: the service itself begins where its database says. What is told is what the database has committed. Followers
/// tell nothing.
/// </summary>
internal sealed class OffsetReporter : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, Place> _places = new();
    private readonly Dictionary<(string Topic, int Partition), long> _told = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<int, bool> _isHere;
    private readonly GroupOffsets? _group;
    private readonly Task _running;
    private long _refreshedAt = Environment.TickCount64;

    /// <param name="options">The service.</param>
    /// <param name="isHere">Whether this instance owns a partition.</param>
    /// <param name="logger">Where a failure is said.</param>
    public OffsetReporter(PartitionHostOptions options, Func<int, bool> isHere, ILogger logger)
    {
        _isHere = isHere;
        if (options.Name.Length == 0)
        {
            _running = Task.CompletedTask;
            return;
        }

        _group = new GroupOffsets(
            options.Bus with { ClientId = $"{options.Bus.ClientId}-offsets" }, options.Name, logger);
        _running = OwnThread.RunAsync(Run);
    }

    /// <summary>A partition was taken, and its row says how far it was read.</summary>
    public void Recovered(int partition, IReadOnlyDictionary<(string Topic, int Partition), InputPlace> next) =>
        _places[partition] = new Place(null, [.. next.Select(n => (n.Key, n.Value.Next))]);

    /// <summary>The database has answered a commit.</summary>
    public void Committed(IReadOnlyList<PageWrite> pages, CommitAnswer answer)
    {
        for (int i = 0; i < answer.Pages?.Count; i++)
        {
            if (answer.Pages[i] == CommitResult.Written)
            {
                _places[pages[i].Partition] = new Place(pages[i].Inputs, null);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _group?.Dispose();
        _stopping.Dispose();
    }

    private void Run()
    {
        while (!_stopping.Token.WaitHandle.WaitOne(Limits.OffsetReport))
        {
            Tell();
        }

        // A broker that is away would only hold up the stop.
        if (!_group!.Failing)
        {
            Tell();
        }
    }

    private void Tell()
    {
        // What another instance owns now is told once at the most: that one tells the rest.
        bool refresh = Environment.TickCount64 - _refreshedAt >= (long)Limits.OffsetRefresh.TotalMilliseconds;
        List<GroupOffset> changed = [];
        foreach ((int partition, Place place) in _places)
        {
            bool all = refresh && _isHere(partition);
            changed.AddRange(place.Offsets
                .Where(o => all || !_told.TryGetValue(o.Topic, out long told) || told != o.Next)
                .Select(o => new GroupOffset(o.Topic.Topic, o.Topic.Partition, o.Next)));
        }

        if (changed.Count == 0 || _group!.Commit(changed))
        {
            foreach (GroupOffset offset in changed)
            {
                _told[(offset.Topic, offset.Partition)] = offset.NextOffset;
            }

            _refreshedAt = refresh ? Environment.TickCount64 : _refreshedAt;
        }
    }

    /// <summary>How far a partition is read, as the database has it: packed, or unpacked already.</summary>
    private sealed record Place(
        byte[]? Packed, IReadOnlyList<((string Topic, int Partition) Topic, long Next)>? Unpacked)
    {
        public IEnumerable<((string Topic, int Partition) Topic, long Next)> Offsets => Unpacked ?? Unpack();

        private IReadOnlyList<((string Topic, int Partition) Topic, long Next)> Unpack()
        {
            Dictionary<(string Topic, int Partition), InputPlace> next = [];
            RowState.DecodeInputs(Packed!, next, []);
            return [.. next.Select(n => (n.Key, n.Value.Next))];
        }
    }
}
