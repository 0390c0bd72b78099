using System.Collections.Concurrent;
using System.Diagnostics;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>How long one partition of an instance that was killed did not answer.</summary>
/// <param name="Ms">Milliseconds from the kill until an instance answered for it.</param>
/// <param name="TakenOver">
/// Whether another instance of the service was serving, and no other fault was about meanwhile: else what is measured
/// is the start of a process.
/// </param>
internal sealed record Recovery(double Ms, bool TakenOver);

/// <summary>Measures how long partitions do not answer after their owner was killed. Safe for concurrent use.</summary>
internal sealed class Recoveries(Peers peers, Victims victims, Violations violations)
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly ConcurrentQueue<Recovery> _all = new();

    internal IReadOnlyCollection<Recovery> All => _all;

    /// <summary>Asks every instance of the service until each of the partitions was answered for.</summary>
    /// <param name="killed">Who owned them.</param>
    /// <param name="owned">The partitions.</param>
    /// <param name="killedAt">When it was killed, by the monotonic clock.</param>
    /// <param name="takenOver">Asked when a partition answers: what <see cref="Recovery.TakenOver"/> says.</param>
    /// <param name="cancellation">Ends it early.</param>
    internal async Task MeasureAsync(
        Victim killed,
        IReadOnlyCollection<int> owned,
        long killedAt,
        Func<bool> takenOver,
        CancellationToken cancellation)
    {
        if (owned.Count == 0)
        {
            return;
        }

        ConcurrentDictionary<int, bool> waiting = new(owned.Select(n => KeyValuePair.Create(n, true)));
        await Task.WhenAll(victims.AddressesOf(killed.Service).Select(AskAsync));
        if (waiting.IsEmpty)
        {
            double ms = Stopwatch.GetElapsedTime(killedAt).TotalMilliseconds;
            Progress.Say($"   {killed.Name}: its {owned.Count} partitions answer again after {ms:0} ms");
        }
        else
        {
            violations.Add(
                $"{Limit.TotalSeconds:0} s after {killed.Name} (process {killed.Pid}) was killed nobody answers for "
                + $"its partitions {string.Join(", ", waiting.Keys.Order())}.",
                killed.Service);
        }

        async Task AskAsync(string address)
        {
            using PeriodicTimer timer = new(Beat);
            while (!waiting.IsEmpty && Stopwatch.GetElapsedTime(killedAt) < Limit)
            {
                foreach (int n in await peers.OwnAsync(killed.Service, address, cancellation) ?? [])
                {
                    if (waiting.TryRemove(n, out _))
                    {
                        _all.Enqueue(new Recovery(Stopwatch.GetElapsedTime(killedAt).TotalMilliseconds, takenOver()));
                    }
                }

                await timer.WaitForNextTickAsync(cancellation);
            }
        }
    }
}
