using System.Diagnostics;
using Mesh.Partitions.Simulation.World;

namespace Mesh.Partitions.Simulation.Running;

/// <summary>A seed whose world broke an invariant.</summary>
internal sealed record Failure(long Seed, Violation Violation);

/// <summary>What came of many seeds.</summary>
internal sealed record Outcome(long Seeds, IReadOnlyList<Failure> Failures, Coverage Coverage, TimeSpan Took);

/// <summary>Runs worlds, several at a time; each of them is one thread's.</summary>
internal static class SeedRunner
{
    /// <summary>Runs the world of one seed.</summary>
    public static (Violation? Violation, SimWorld World) Run(long seed, bool traced)
    {
        SimWorld world = new(seed, traced);
        try
        {
            world.Run();
            return (null, world);
        }
        catch (Violation violation)
        {
            return (violation, world);
        }
    }

    /// <summary>Runs seeds in order, until so many have failed.</summary>
    public static Outcome RunAll(long from, long seeds, int threads, int failures)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Coverage coverage = new();
        List<Failure> failed = [];
        Lock gate = new();
        long next = from;
        long done = 0;
        void Work()
        {
            Coverage mine = new();
            while (true)
            {
                long seed = Interlocked.Increment(ref next) - 1;
                if (seed >= from + seeds || Volatile.Read(ref failures) <= 0)
                {
                    break;
                }

                (Violation? violation, SimWorld world) = Run(seed, traced: false);
                mine.Add(world.Coverage);
                Interlocked.Increment(ref done);
                if (violation is not null)
                {
                    Interlocked.Decrement(ref failures);
                    lock (gate)
                    {
                        failed.Add(new Failure(seed, violation));
                    }
                }
            }

            lock (gate)
            {
                coverage.Add(mine);
            }
        }

        Thread[] workers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(Work))];
        foreach (Thread worker in workers)
        {
            worker.Start();
        }

        foreach (Thread worker in workers)
        {
            worker.Join();
        }

        return new Outcome(done, [.. failed.OrderBy(f => f.Seed)], coverage, watch.Elapsed);
    }
}
