using Mesh.EventStore;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Tests.Machine;

/// <summary>One partition's row and log as the database keeps them, fence included.</summary>
internal sealed class MemoryStore
{
    public const long Origin = 1L << 48;

    public PartitionRow Row { get; private set; } = new(0, 0, Origin, Origin, [], [], Origin, 0);

    public List<StoredEvent> Log { get; } = [];

    public IEnumerable<string> Bodies => Log.Select(e => System.Text.Encoding.UTF8.GetString(e.Body));

    /// <summary>Takes the partition and makes a machine of what is stored.</summary>
    public PartitionMachine Open(IPartitionProcessor processor)
    {
        Row = Row with { Epoch = Row.Epoch + 1 };
        PartitionMachine machine = new(0, processor);
        machine.Load(Row);
        foreach (StoredEvent stored in Log)
        {
            machine.Recover(stored);
        }

        return machine;
    }

    public bool Write(PageWrite page)
    {
        if (page.Epoch != Row.Epoch || page.Head != Row.Head)
        {
            return false;
        }

        foreach (StoredEvent stored in page.Events)
        {
            Assert.Equal(Origin + Log.Count + 1, stored.Position);
            Log.Add(stored);
        }

        Row = Row with
        {
            Head = page.Head + page.Events.Count,
            Relayed = page.Relayed,
            Inputs = page.Inputs,
            Sent = page.Sent,
        };
        return true;
    }
}
