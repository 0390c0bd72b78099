using System.Text;
using Mesh.Bus;
using Mesh.EventStore;
using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Tests.Machine;

/// <summary>A machine on a <see cref="MemoryStore"/>, driven by hand.</summary>
internal sealed class MachineRig
{
    public static readonly Guid Store = new("11111111-2222-3333-4444-555555555555");
    private readonly Func<string, EventTarget?> _target;

    public MachineRig(Func<string, EventTarget?>? target = null)
    {
        _target = target ?? (_ => null);
        Restart();
    }

    public MemoryStore Database { get; } = new();

    public CountingProcessor Processor { get; private set; } = null!;

    public PartitionMachine Machine { get; private set; } = null!;

    /// <summary>Throws the machine away and makes a new one of what the database says.</summary>
    public void Restart()
    {
        Processor = new CountingProcessor(_target);
        Machine = Database.Open(Processor);
    }

    public void Accept(long offset, string value, RecordOrigin? origin = null, string topic = "in") =>
        Machine.Accept(new Arrival(topic, 0, offset, Encoding.UTF8.GetBytes(value), origin));

    public void Commit()
    {
        Assert.True(Database.Write(Machine.TakePage()));
        Machine.Committed();
    }

    public List<StoredEvent> Drain()
    {
        List<StoredEvent> sent = [];
        while (Machine.TryTakeToSend(out StoredEvent stored))
        {
            sent.Add(stored);
        }

        return sent;
    }

    public static RecordOrigin From(ulong position, ulong previous, int partition = 0) =>
        new(Store, partition, position, previous, default);

    /// <summary>The target that a value names: <c>a:…</c> goes to topic a; <c>a2:…</c> to its partition 2.</summary>
    public static EventTarget? Named(string value) => value.Split(':') is [{ Length: > 0 } name, _]
        ? new EventTarget(name[..1], name.Length > 1 ? name[1] - '0' : 0, value)
        : null;
}
