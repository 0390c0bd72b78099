using System.Text;
using Mesh.Broker.Log;

namespace Mesh.Broker.Topics;

/// <summary>
/// A topic: its partitions' logs and its configuration. A new number of partitions or configuration makes a new
/// instance over the same logs, so readers see one state or the other.
/// </summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Id">Tells it from an earlier or later topic of the same name, in its folder's name.</param>
/// <param name="Partitions">By number.</param>
/// <param name="Configs">What was set for it; everything else has its default.</param>
internal sealed record Topic(
    string Name, string Id, PartitionLog[] Partitions, IReadOnlyDictionary<string, string> Configs)
{
    public byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(Name);

    public PartitionLog? Partition(int index) => (uint)index < (uint)Partitions.Length ? Partitions[index] : null;
}
