using Google.Protobuf;
using Mesh.Contracts;
using Mesh.Contracts.Types.V1;
using Mesh.Partitions;
using PartitionProgress = Mesh.Contracts.Types.V1.PartitionProgress;

namespace Mesh.Wiring;

/// <summary>How far a service has come, as its clients are told.</summary>
internal static class ProgressMapping
{
    public static async Task<ProgressResponse> AnswerProgressAsync<TProcessor>(
        this PartitionHost<TProcessor> host, CancellationToken cancel)
        where TProcessor : class, IPartitionProcessor
    {
        IReadOnlyList<Partitions.PartitionProgress> partitions =
            await host.ProgressAsync(cancel);
        ProgressResponse response = new() { Store = ByteString.CopyFrom(Ids.ToBytes(host.Store.StoreId)) };
        foreach (Partitions.PartitionProgress from in partitions)
        {
            PartitionProgress to = new()
            {
                Partition = (uint)from.Partition,
                Head = (ulong)from.Head,
                Relayed = (ulong)from.Relayed,
            };
            foreach ((string topic, int partition, long next) in from.Inputs)
            {
                to.Inputs.Add(new TopicPosition
                {
                    Topic = topic,
                    Partition = (uint)partition,
                    NextOffset = (ulong)next,
                });
            }

            foreach ((string topic, int partition, long position, long next) in from.Targets)
            {
                to.Targets.Add(new RelayProgress
                {
                    Topic = topic,
                    Partition = (uint)partition,
                    Position = (ulong)position,
                    NextOffset = (ulong)next,
                });
            }

            response.Partitions.Add(to);
        }

        return response;
    }
}
