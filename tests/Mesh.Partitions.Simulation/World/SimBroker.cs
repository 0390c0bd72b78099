using Mesh.Bus;

namespace Mesh.Partitions.Simulation.World;

/// <summary>A record of a topic.</summary>
internal readonly record struct SimRecord(byte[] Value, RecordOrigin? Origin);

/// <summary>A partition of a topic: an append-only list, and who is told when it grows.</summary>
internal sealed class SimTopic(string name, int partition)
{
    public string Name => name;

    public int Partition => partition;

    public List<SimRecord> Records { get; } = [];

    /// <summary>Told that there is more.</summary>
    public List<Action> Readers { get; } = [];

    public void Append(in SimRecord record)
    {
        Records.Add(record);
        foreach (Action reader in Readers)
        {
            reader();
        }
    }
}

/// <summary>The broker's topics.</summary>
internal sealed class SimBroker
{
    private readonly Dictionary<string, SimTopic[]> _topics = new(StringComparer.Ordinal);

    public SimBroker()
    {
        foreach (string name in (string[])[.. Settings.ActionTopics, Settings.Out])
        {
            _topics.Add(name, [.. Enumerable.Range(0, Settings.Partitions).Select(n => new SimTopic(name, n))]);
        }
    }

    /// <summary>How many of the records that arrive next are acknowledged and lost.</summary>
    public int Loses { get; set; }

    /// <summary>By origin partition and topic partition, how many were lost.</summary>
    public int[,] Lost { get; } = new int[Settings.Partitions, Settings.Partitions];

    /// <summary>By origin partition and topic partition, how often a repetition was asked for.</summary>
    public int[,] Asked { get; } = new int[Settings.Partitions, Settings.Partitions];

    /// <summary>Records that producers hold.</summary>
    public int UnderWay { get; set; }

    public SimTopic Topic(string name, int partition) => _topics[name][partition];
}
