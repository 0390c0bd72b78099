using Mesh.Partitions.Simulation.Deciding;

namespace Mesh.Partitions.Simulation.World;

/// <summary>A service: its database, its instances, what it reads.</summary>
internal sealed class SimService
{
    /// <summary>How states are written now.</summary>
    public const int FoldVersion = 2;

    private readonly SimWorld _world;
    private int _started;

    public SimService(SimWorld world, string name, bool upstream)
    {
        (_world, Name, IsUpstream) = (world, name, upstream);
        StoreId = world.Dice.Id();
        Lanes = upstream ? Settings.ActionTopics : [Settings.Out];
        Database = new SimDatabase(world.Coverage, world.Checks, upstream);
    }

    public string Name { get; }

    public bool IsUpstream { get; }

    public Guid StoreId { get; }

    public IReadOnlyList<string> Lanes { get; }

    public SimDatabase Database { get; }

    /// <summary>Those that run, or stall.</summary>
    public List<SimInstance> Instances { get; } = [];

    public SimInstance Start()
    {
        SimInstance instance = new(_world, this, $"{Name}{_started++}", FoldVersion);
        Instances.Add(instance);
        _world.Trace?.Add($"{instance.Name} starts");
        return instance;
    }

    public void Remove(SimInstance instance) => Instances.Remove(instance);

    public IPartitionProcessor Create(int partition, int foldVersion) => new TallyProcessor(
        partition, IsUpstream, foldVersion, _world.Settings.Pins, _world.Gate, _world.Coverage);
}
