namespace Mesh.EventStore.Tests.Gaps;

/// <summary>What is wrong with what a reader saw, in events.</summary>
internal sealed record Findings(long Skipped, long Reordered, long Twice)
{
    public static Findings None { get; } = new(0, 0, 0);
}

/// <summary>What one reader saw, by partition and in its order.</summary>
internal sealed class SeenLog(int partitions, long origin)
{
    private readonly List<long>[] _seen = [.. Enumerable.Range(0, partitions).Select(_ => new List<long>())];

    public void Add(int partition, long position) => _seen[partition].Add(position);

    public long Last(int partition) => _seen[partition] is [.., var last] ? last : origin;

    /// <summary>Compares with logs that hold every position after the origin up to their heads.</summary>
    public Findings Check(IReadOnlyList<long> heads)
    {
        (long skipped, long reordered, long twice) = (0, 0, 0);
        for (int n = 0; n < partitions; n++)
        {
            bool[] known = new bool[heads[n] - origin];
            long last = origin;
            foreach (long position in _seen[n])
            {
                ref bool before = ref known[position - origin - 1];
                twice += before ? 1 : 0;
                reordered += position < last ? 1 : 0;
                before = true;
                last = position;
            }

            skipped += known.Count(k => !k);
        }

        return new Findings(skipped, reordered, twice);
    }
}
