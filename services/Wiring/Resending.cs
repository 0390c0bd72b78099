using Google.Protobuf;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Types.V1;
using Mesh.Partitions;
using Microsoft.Extensions.Configuration;

namespace Mesh.Wiring;

/// <summary>Asks another service to send again what a reader misses, and answers when it is asked.</summary>
internal static class Resending
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Asks the instances of a service in turn (<c>services__NAME__http__0</c>, …): whichever owns the partition sends.
    /// </summary>
    /// <param name="configuration">Names the instances.</param>
    /// <param name="name">The service.</param>
    /// <param name="peers">The ways to them.</param>
    /// <param name="ask">Makes the call.</param>
    public static Func<ResendOrder, CancellationToken, Task> From(
        IConfiguration configuration,
        string name,
        PeerCalls peers,
        Func<CallInvoker, ResendRequest, CallOptions, AsyncUnaryCall<ResendResponse>> ask)
    {
        string[] addresses =
            [.. configuration.GetSection($"services:{name}:http").GetChildren().Select(one => one.Value ?? string.Empty)];
        return async (order, cancel) =>
        {
            ResendRequest request = ToRequest(order);
            RpcException? refused = null;
            foreach (string address in addresses)
            {
                try
                {
                    CallOptions options = new(PeerCalls.ForwardedHeaders(), DateTime.UtcNow + Patience, cancel);
                    using AsyncUnaryCall<ResendResponse> call = ask(peers.Invoker(address), request, options);
                    await call.ResponseAsync;
                    return;
                }
                catch (RpcException e)
                {
                    refused = e;
                }
            }

            throw new PartitionUnavailableException(
                refused?.Status.Detail ?? $"Setting services__{name}__http__0 is missing: nobody can be asked.");
        };
    }

    /// <summary>Sends again, when the mesh asks.</summary>
    /// <exception cref="RpcException">
    /// PERMISSION_DENIED: somebody else asks; INVALID_ARGUMENT: no such partition, or another service's log;
    /// UNAVAILABLE: another instance owns the partition.
    /// </exception>
    public static async Task<ResendResponse> ResendAsync<TProcessor>(
        this PartitionHost<TProcessor> host, ResendRequest request, ServerCallContext context)
        where TProcessor : class, IPartitionProcessor
    {
        if (!PeerCalls.IsForwarded(context))
        {
            throw Problems.Of(ErrorCodes.NotForwarded, HeaderNames.Forwarded, "Only services of the mesh may ask this.")
                .ToRpcException();
        }

        if (request.Partition >= Placement.Partitions || request.TopicPartition >= Placement.Partitions)
        {
            throw Problems.Of(ErrorCodes.LimitRange, "partition", "There is no such partition.").ToRpcException();
        }

        if (request.Store.Length != 16)
        {
            throw Problems.Of(ErrorCodes.IdMalformed, "store", "store must be a UUID of 16 bytes.").ToRpcException();
        }

        return await ServiceErrors.AnswerAsync(async () =>
        {
            ResendOrder order = ToOrder(request);
            if (order.Store != host.Store.StoreId)
            {
                throw Problems.Of(ErrorCodes.StoreUnknown, "store", $"This is store {host.Store.StoreId}.")
                    .ToRpcException();
            }

            return new ResendResponse { Records = (uint)await host.ResendAsync(order, context.CancellationToken) };
        });
    }

    private static ResendRequest ToRequest(ResendOrder order) => new()
    {
        Store = ByteString.CopyFrom(Ids.ToBytes(order.Store)),
        Partition = (uint)order.Partition,
        Topic = order.Topic,
        TopicPartition = (uint)order.TopicPartition,
        After = (ulong)order.After,
    };

    private static ResendOrder ToOrder(ResendRequest request) => new(
        Ids.FromBytes(request.Store.Span),
        (int)request.Partition,
        request.Topic,
        (int)request.TopicPartition,
        (long)request.After);
}
