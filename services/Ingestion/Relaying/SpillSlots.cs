namespace Mesh.Ingestion.Relaying;

/// <summary>
/// Which partition of the log takes the actions of a player's partition: its own number where this instance owns that,
/// else another that it owns, the same for the length of a spill. So nothing is forwarded, and order holds.
/// </summary>
internal sealed class SpillSlots(int partitions)
{
    private readonly Lock _gate = new();
    private readonly int?[] _slots = new int?[partitions];
    private readonly HashSet<int> _used = [];

    /// <summary>All that were chosen in this spill, lost ones included.</summary>
    public IReadOnlyList<int> Used
    {
        get
        {
            lock (_gate)
            {
                return [.. _used];
            }
        }
    }

    /// <summary>A spill begins: nothing is chosen.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            Array.Clear(_slots);
            _used.Clear();
        }
    }

    /// <summary>The slot of a player's partition; null: there is none to choose from.</summary>
    public int? Of(int partition, IReadOnlyList<int> owned)
    {
        lock (_gate)
        {
            if (_slots[partition] is null && owned.Count > 0)
            {
                int slot = owned.Contains(partition) ? partition : owned[partition % owned.Count];
                _slots[partition] = slot;
                _used.Add(slot);
            }

            return _slots[partition];
        }
    }

    /// <summary>A slot went to another instance, which sends what is in it; the next use chooses anew.</summary>
    public void Lose(int slot)
    {
        lock (_gate)
        {
            for (int n = 0; n < _slots.Length; n++)
            {
                _slots[n] = _slots[n] == slot ? null : _slots[n];
            }
        }
    }
}
