using Mesh.EventStore;

namespace Mesh.Partitions.Machine;

/// <summary>
/// Who is alive, what this instance should own, and how long it may answer as the owner. It raises this instance's
/// counter, watches the others', and says which partitions to take and which to give up; it does neither itself.
/// </summary>
/// <param name="me">This instance.</param>
/// <param name="partitions">The number of the service's partitions.</param>
/// <param name="io">The world.</param>
/// <param name="rates">This instance's rate in each partition.</param>
/// <param name="seen">Gets each sight with the number of its request.</param>
internal sealed class Ownership(
    Guid me, int partitions, IInstanceIo io, Func<float[]> rates, Action<Sight, long> seen)
{
    // Instances come and go in groups: whoever has just seen one waits before it gives partitions up.
    private const long Settled = 1_000;
    private const long ForgetAfter = 10_000;
    private const long AfterFailure = 50;

    private readonly Dictionary<Guid, Peer> _peers = [];
    private readonly HashSet<Guid> _alive = [];
    private bool _asking;
    private long _nextBeat;
    private long _nextLook;
    private long _freshUntil = long.MinValue;
    private long _lastSight = long.MinValue;
    private long _changedAt;

    /// <summary>The number of the newest request that was sent to the database.</summary>
    public long Requests { get; private set; }

    /// <summary>The last that was seen; null: nothing yet.</summary>
    public Sight? Seen { get; private set; }

    /// <summary>Whether what this instance owns it may still answer for.</summary>
    public bool IsFresh => io.Now < _freshUntil;

    /// <summary>When the next request is due.</summary>
    public long NextDue => _asking ? long.MaxValue : HasPeers ? Math.Min(_nextBeat, _nextLook) : _nextBeat;

    private bool HasPeers => _peers.Count > 0;

    /// <summary>Sends what is due.</summary>
    public void Turn()
    {
        long now = io.Now;
        if (_asking || now < NextDue)
        {
            return;
        }

        _asking = true;
        long request = ++Requests;
        if (now >= _nextBeat)
        {
            _nextBeat = now + (long)Limits.Beat.TotalMilliseconds;
            io.Beat(rates(), sight => Answered(sight, now, request, beat: true));
        }
        else
        {
            io.Look(sight => Answered(sight, now, request, beat: false));
        }
    }

    /// <summary>Where a partition's owner answers; null: nowhere now, or here.</summary>
    public string? AddressOf(int partition)
    {
        Guid? owner = Seen?.Partitions[partition].Owner;
        return owner is null || owner == me
            ? null
            : Seen!.Instances.FirstOrDefault(instance => instance.Instance == owner)?.Address;
    }

    /// <summary>Whether an instance's counter has moved lately; this one always lives.</summary>
    public bool IsAlive(Guid instance) => instance == me || _alive.Contains(instance);

    /// <summary>The counter that a partition's owner was last seen with; null: it has none.</summary>
    public long? CounterOf(Guid? owner) =>
        Seen?.Instances.FirstOrDefault(instance => instance.Instance == owner)?.Counter;

    /// <summary>Who should own each partition; null as long as that is unsettled.</summary>
    public Guid[] Desired()
    {
        Guid?[] owners = new Guid?[partitions];
        double[] weights = new double[partitions];
        for (int n = 0; n < partitions; n++)
        {
            Guid? owner = Seen!.Partitions[n].Owner;
            owners[n] = owner is { } id && IsAlive(id) ? id : null;
            weights[n] = RateOf(n);
        }

        return Division.Divide(_alive.Append(me), owners, weights);
    }

    // A rate is smoothed: at a new owner it rises as slowly as it falls at the one before, so the sum of both tells it
    // at any time. The new owner alone would look idle after every move, and draw the next. Who is gone measures no
    // more.
    private double RateOf(int partition)
    {
        double alive = 0;
        double gone = 0;
        foreach (InstanceRow instance in Seen!.Instances.Where(instance => instance.Rates.Length == partitions))
        {
            double rate = instance.Rates[partition];
            (alive, gone) = IsAlive(instance.Instance) ? (alive + rate, gone) : (alive, Math.Max(gone, rate));
        }

        return Math.Max(alive, gone);
    }

    /// <summary>Instances have neither come nor gone for a while: moving partitions about is worth it.</summary>
    public bool IsSettled => io.Now - _changedAt >= Settled;

    private void Answered(Sight? sight, long sentAt, long request, bool beat)
    {
        _asking = false;
        long now = io.Now;
        if (sight is null)
        {
            _nextBeat = Math.Max(_nextBeat, now + AfterFailure);
            _nextLook = now + AfterFailure;
            return;
        }

        // Counted from the request: on a busy machine the way there and back must not come on top of the pause.
        _nextLook = sentAt + (long)Limits.Look.TotalMilliseconds;
        Watch(sight, now);
        Seen = sight;

        // First what this sight takes away, then what it confirms.
        seen(sight, request);
        if (beat)
        {
            _freshUntil = sentAt + (long)Limits.Fresh.TotalMilliseconds;
        }
    }

    // A counter stands still for a row of looks. The time between two counts, at the most as much as should lie between
    // them: a watcher on a busy machine takes a little longer. A pause as long as the whole row means that the database
    // stalled, or this process did: the row begins anew and nobody expires. Whoever is always so slow comes to an end
    // all the same, by a longer row.
    private void Watch(Sight sight, long now)
    {
        long gap = _lastSight == long.MinValue ? 0 : now - _lastSight;
        _lastSight = now;
        bool stalled = gap > (long)Limits.Stillness.TotalMilliseconds;
        long counted = Math.Min(gap, (long)Limits.LookGap.TotalMilliseconds);
        Dictionary<Guid, long?> present = sight.Instances.ToDictionary(i => i.Instance, i => (long?)i.Counter);
        foreach (PartitionOwner partition in sight.Partitions)
        {
            if (partition.Owner is { } owner)
            {
                present.TryAdd(owner, null);
            }
        }

        present.Remove(me);
        foreach (Guid gone in _peers.Keys.Where(peer => !present.ContainsKey(peer)).ToArray())
        {
            _peers.Remove(gone);
        }

        foreach ((Guid id, long? counter) in present)
        {
            bool known = _peers.TryGetValue(id, out Peer? peer);
            _peers[id] = known && peer!.Counter == counter
                ? peer with { Still = stalled ? 0 : peer.Still + counted, Counted = peer.Counted + counted }
                : new Peer(counter, 0, 0);
            if (counter is { } last && _peers[id].Counted >= ForgetAfter)
            {
                _peers[id] = _peers[id] with { Counted = (long)Limits.LongStillness.TotalMilliseconds };
                io.Forget(id, last);
            }
        }

        HashSet<Guid> alive = [.. _peers.Where(peer => peer.Value.IsAlive).Select(peer => peer.Key)];
        if (!alive.SetEquals(_alive))
        {
            _alive.Clear();
            _alive.UnionWith(alive);
            _changedAt = now;
        }
    }

    private sealed record Peer(long? Counter, long Still, long Counted)
    {
        public bool IsAlive =>
            Still < (long)Limits.Stillness.TotalMilliseconds && Counted < (long)Limits.LongStillness.TotalMilliseconds;
    }
}
