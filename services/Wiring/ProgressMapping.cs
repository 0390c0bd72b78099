using Google.Protobuf;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Types.V1;
using Mesh.Partitions;
using PartitionProgress = Mesh.Contracts.Types.V1.PartitionProgress;

namespace Mesh.Wiring;

/// <summary>How far a service has come, as its clients are told.</summary>
internal static class ProgressMapping
{
    /// <summary>All partitions, gathered from their owners; of a forwarded call, those of this instance.</summary>
    /// <exception cref="RpcException">UNAVAILABLE: not all of them can be told of now.</exception>
    public static async Task<ProgressResponse> AnswerProgressAsync<TProcessor>(
        this PartitionHost<TProcessor> host,
        PeerCalls peers,
        ServerCallContext context,
        Func<CallInvoker, CallOptions, AsyncUnaryCall<ProgressResponse>> there)
        where TProcessor : class, IPartitionProcessor
    {
        IReadOnlyList<ProgressResponse> answers = await peers.GatherAsync(
            context,
            () => host.Places,
            () => host.OwnProgressAsync(context.CancellationToken),
            there,
            answer => answer.Partitions.Select(partition => partition.Partition));
        return new ProgressResponse
        {
            Store = answers[0].Store,
            Partitions = { answers.SelectMany(answer => answer.Partitions).OrderBy(one => one.Partition) },
        };
    }

    private static async Task<ProgressResponse> OwnProgressAsync<TProcessor>(
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
