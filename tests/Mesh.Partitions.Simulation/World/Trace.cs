using Mesh.EventStore;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Simulation.World;

/// <summary>What happened, line by line, to be read by people; made only when it is asked for.</summary>
internal sealed class Trace(Clock clock)
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public void Add(string line) => _lines.Add($"{clock.Now,6} {line}");

    /// <summary>A request was applied; beats and looks are too many to tell of.</summary>
    public void Request(SimInstance instance, string what, object? answer)
    {
        string? says = answer switch
        {
            Sight => null,
            TakeAnswer take => take.Epoch is { } epoch ? $"epoch {epoch}" : "not taken",
            PartitionMachine machine =>
                $"{machine.Partition}: head {At(machine.Head)}, relayed {At(machine.Relayed)}, "
                + $"checkpoint {At(machine.Checkpoint)}",
            CommitAnswer { Pages: null } refused => $"refused {refused.SqlState}",
            CommitAnswer committed => string.Join(' ', committed.Pages!),
            IReadOnlyList<StateRow> rows => string.Join(' ', rows.Select(r => $"{r.Key}.{r.Part}@{At(r.Position)}")),
            IReadOnlyList<StoredEvent> events => $"{events.Count} events",
            _ => answer?.ToString(),
        };
        if (says is not null)
        {
            Add($"{instance.Name} {what}: {says}");
        }
    }

    /// <summary>A number that says whether two traces are the same.</summary>
    public ulong Hash()
    {
        ulong hash = 14695981039346656037;
        foreach (string line in _lines)
        {
            foreach (char one in line)
            {
                hash = (hash ^ one) * 1099511628211;
            }
        }

        return hash;
    }

    public static long At(long position) => position - SimDatabase.Origin;
}
