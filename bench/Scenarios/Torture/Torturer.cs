using System.Collections.Concurrent;
using System.Diagnostics;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>What the faults are carried out with.</summary>
internal sealed record Tools(
    Victims Victims,
    Databases Databases,
    Health Health,
    Recoveries Recoveries,
    ZombieWatch Zombies,
    StallCheck Stalls,
    string Orders);

/// <summary>Carries a plan out.</summary>
internal sealed class Torturer(Tools tools)
{
    private const int MostAtOnce = 3;
    private static readonly TimeSpan ReachLimit = TimeSpan.FromSeconds(5);

    // A checkpoint is due every ten seconds; partitions are given up once a new instance is there and settled.
    private static readonly TimeSpan RareReachLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1.5);

    private readonly ConcurrentQueue<(Fault Fault, bool Reached, bool Provoked)> _carriedOut = new();
    private readonly ConcurrentDictionary<Victim, bool> _asleep = [];
    private readonly List<Task> _underWay = [];
    private int _started;
    private int _ended;

    /// <summary>The faults so far, and whether their fault points were reached.</summary>
    internal IReadOnlyCollection<(Fault Fault, bool Reached, bool Provoked)> CarriedOut => _carriedOut;

    internal async Task RunAsync(IReadOnlyList<Fault> plan, CancellationToken cancellation)
    {
        try
        {
            foreach (Fault fault in plan)
            {
                await Task.Delay(fault.Before, cancellation);
                if (fault.Kind == FaultKind.Stall)
                {
                    await QuietAsync(cancellation);
                }

                Progress.Say($"{fault}{(fault.Overlaps ? ", others follow at once" : "")}");
                _underWay.Add(CarryOutAsync(fault, cancellation));
                if (!fault.Overlaps)
                {
                    await QuietAsync(cancellation);
                }
                else if (_underWay.Count >= MostAtOnce)
                {
                    await FirstEndedAsync();
                }
                else
                {
                    await Task.Delay(LongestPause * fault.Pick, cancellation);
                }
            }

            await QuietAsync(cancellation);
        }
        finally
        {
            foreach (Victim zombie in _asleep.Keys)
            {
                zombie.SendContinue();
            }
        }
    }

    private async Task FirstEndedAsync()
    {
        Task ended = await Task.WhenAny(_underWay);
        _underWay.Remove(ended);
        await ended;
    }

    private async Task QuietAsync(CancellationToken cancellation)
    {
        while (_underWay.Count > 0)
        {
            await FirstEndedAsync();
        }

        await tools.Health.WaitAsync(cancellation);
    }

    private async Task CarryOutAsync(Fault fault, CancellationToken cancellation)
    {
        int number = Interlocked.Increment(ref _started);
        bool alone = number == Volatile.Read(ref _ended) + 1;
        bool reached = true;
        try
        {
            switch (fault.Kind)
            {
                case FaultKind.Kill:
                    reached = await KillAsync(
                        fault, () => alone && number == Volatile.Read(ref _started), cancellation);
                    break;
                case FaultKind.Zombie:
                    reached = await StopAsync(fault, cancellation);
                    break;
                case FaultKind.Error:
                    Victim failing = await PickAsync(fault, cancellation);
                    reached = await AtPlaceAsync(fault, failing, "error", cancellation);
                    break;
                case FaultKind.Database:
                    await KillPartAsync("postgres", cancellation);
                    break;
                case FaultKind.Broker:
                    await KillPartAsync("kafka", cancellation);
                    break;
                default:
                    await tools.Stalls.RunAsync(fault, cancellation);
                    break;
            }
        }
        finally
        {
            Interlocked.Increment(ref _ended);
        }

        _carriedOut.Enqueue((fault, reached, IsProvoked(fault.Place)));
    }

    private async Task<bool> KillAsync(Fault fault, Func<bool> alone, CancellationToken cancellation)
    {
        Victim victim = await PickAsync(fault, cancellation);
        (IReadOnlyCollection<int> owned, bool shared) = await OwnedAsync(victim, cancellation);
        bool reached = fault.Place is null || await AtPlaceAsync(fault, victim, "kill", cancellation);
        if (fault.Place is null || !reached)
        {
            (owned, shared) = await OwnedAsync(victim, cancellation);
            victim.SendKill();
        }

        await tools.Recoveries.MeasureAsync(
            victim,
            owned,
            Stopwatch.GetTimestamp(),
            () => alone() && shared && !IsProvoked(fault.Place),
            cancellation);
        await ReplacedAsync(victim, cancellation);
        return reached;
    }

    private async Task<bool> StopAsync(Fault fault, CancellationToken cancellation)
    {
        Victim victim = await tools.Victims.PickAsync(
            one => Victims.IsDeciding(one) && !_asleep.ContainsKey(one), fault.Pick, cancellation);
        _asleep.TryAdd(victim, true);
        try
        {
            bool reached = fault.Place is null || await AtPlaceAsync(fault, victim, "stop", cancellation);
            victim.SendStop();
            await Task.Delay(fault.Asleep, cancellation);
            await tools.Zombies.WatchAsync(victim, victim.SendContinue, cancellation);
            return reached;
        }
        finally
        {
            victim.SendContinue();
            _asleep.TryRemove(victim, out _);
        }
    }

    private async Task<bool> AtPlaceAsync(
        Fault fault, Victim victim, string action, CancellationToken cancellation)
    {
        ArmedFault armed = ArmedFault.Arm(tools.Orders, victim.Pid, fault.Place!, action);
        if (IsProvoked(fault.Place))
        {
            // Partitions are taken and given up when another instance goes and comes.
            Victim? other = tools.Victims.Alive()
                .FirstOrDefault(one => one.Service == victim.Service && one.Name != victim.Name);
            other?.SendKill();
        }

        return await armed.ReachedAsync(IsRare(fault.Place) ? RareReachLimit : ReachLimit, cancellation);
    }

    private Task<Victim> PickAsync(Fault fault, CancellationToken cancellation) => tools.Victims.PickAsync(
        victim => !_asleep.ContainsKey(victim)
            && (fault.Place is null ? victim.Name is not ("postgres" or "kafka") : Victims.IsDeciding(victim)),
        fault.Pick,
        cancellation);

    private async Task KillPartAsync(string name, CancellationToken cancellation)
    {
        Victim victim = await tools.Victims.PickAsync(one => one.Name == name, 0, cancellation);
        victim.SendKill();
        await ReplacedAsync(victim, cancellation);
    }

    // Health may not know yet that somebody is gone.
    private Task ReplacedAsync(Victim dead, CancellationToken cancellation) => tools.Victims.PickAsync(
        one => one.Name == dead.Name && (one.Pid, one.Started) != (dead.Pid, dead.Started), 0, cancellation);

    /// <summary>What an instance owns, and whether others of its service own something too.</summary>
    private async Task<(IReadOnlyCollection<int> Owned, bool Shared)> OwnedAsync(
        Victim victim, CancellationToken cancellation)
    {
        if (!Victims.IsDeciding(victim)
            || await tools.Databases.TryOwnersAsync(victim.Service, cancellation) is not { } owners)
        {
            return ([], false);
        }

        return (
            [.. owners.Where(one => one.Address == victim.Url).Select(one => one.Partition)],
            owners.Any(one => one.Address is { } address && address != victim.Url));
    }

    private static bool IsProvoked(string? place) => place is not null
        && (place.EndsWith("take", StringComparison.Ordinal) || place.EndsWith("recover", StringComparison.Ordinal)
            || place.EndsWith("release", StringComparison.Ordinal));

    private static bool IsRare(string? place) =>
        place!.EndsWith("states", StringComparison.Ordinal) || place.EndsWith("release", StringComparison.Ordinal);
}
