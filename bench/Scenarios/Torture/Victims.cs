using System.Collections.Concurrent;
using System.Diagnostics;
using Mesh.Bench.Running;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>Who runs now, of a mesh whose parts come and go.</summary>
internal sealed class Victims(RunningMesh mesh)
{
    private static readonly string[] Deciding = ["quests", "sessions", "rewards", "leaderboard"];
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<(int Pid, string Started), Victim> _seen = [];

    /// <summary>The names of the services that own partitions.</summary>
    internal static IReadOnlyList<string> DecidingServices => Deciding;

    /// <summary>Whatever was seen and runs still.</summary>
    internal IReadOnlyList<Victim> Left => [.. _seen.Values.Where(victim => victim.IsAlive)];

    internal static bool IsDeciding(Victim victim) => Deciding.Contains(victim.Service);

    /// <summary>All parts that run.</summary>
    internal IReadOnlyList<Victim> Alive()
    {
        Victim[] alive =
        [
            .. mesh.Now().Processes
                .Select(part => Victim.Find(part.Name, part.Url, part.Pid))
                .OfType<Victim>(),
        ];
        foreach (Victim victim in alive)
        {
            _seen.TryAdd((victim.Pid, victim.Started), victim);
        }

        return alive;
    }

    /// <summary>Notes who runs, as long as the mesh does.</summary>
    internal void Remember()
    {
        if (!mesh.Ended.IsCompleted)
        {
            Alive();
        }
    }

    /// <summary>The addresses of a service's instances, whether they run or not.</summary>
    internal IReadOnlyList<string> AddressesOf(string service) =>
        [.. mesh.Now().Processes.Where(part => part.Name.Split('-')[0] == service).Select(part => part.Url)];

    /// <summary>One that a fault may meet, as soon as there is one.</summary>
    /// <exception cref="BenchException">There is none for a minute.</exception>
    internal async Task<Victim> PickAsync(Func<Victim, bool> candidate, double pick, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            Victim[] candidates = [.. Alive().Where(candidate).OrderBy(victim => victim.Name, StringComparer.Ordinal)];
            if (candidates.Length > 0)
            {
                return candidates[(int)(pick * candidates.Length)];
            }

            if (Stopwatch.GetElapsedTime(began) > Limit)
            {
                throw new BenchException($"Nothing that could be harmed has run for {Limit.TotalSeconds:0} s.");
            }

            await Task.Delay(Beat, cancellation);
        }
    }
}
