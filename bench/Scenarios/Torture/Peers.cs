using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Contracts;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Rewards.V1;
using Mesh.Contracts.Sessions.V1;
using Mesh.Contracts.Types.V1;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>Asks single instances what they own, past the gateway. Safe for concurrent use.</summary>
internal sealed class Peers : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly ProgressRequest Request = new();
    private readonly ConcurrentDictionary<string, GrpcChannel> _channels = new(StringComparer.Ordinal);

    /// <summary>The partitions for which an instance answers; null: it does not answer.</summary>
    internal async Task<IReadOnlyList<int>?> OwnAsync(string service, string address, CancellationToken cancellation)
    {
        GrpcChannel channel = _channels.GetOrAdd(address, static at => GrpcChannel.ForAddress(at));
        CallOptions options = new(
            new Metadata { { HeaderNames.Forwarded, "1" } }, DateTime.UtcNow + Patience, cancellation);
        try
        {
            using AsyncUnaryCall<ProgressResponse> call = Ask(service, channel.CreateCallInvoker(), options);
            ProgressResponse answer = await call.ResponseAsync;
            return [.. answer.Partitions.Select(partition => (int)partition.Partition)];
        }
        catch (RpcException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    public void Dispose()
    {
        foreach (GrpcChannel channel in _channels.Values)
        {
            channel.Dispose();
        }
    }

    private static AsyncUnaryCall<ProgressResponse> Ask(string service, CallInvoker at, CallOptions options) =>
        service switch
        {
            "quests" => new Quests.QuestsClient(at).ProgressAsync(Request, options),
            "sessions" => new Sessions.SessionsClient(at).ProgressAsync(Request, options),
            "rewards" => new Rewards.RewardsClient(at).ProgressAsync(Request, options),
            "leaderboard" => new Leaderboard.LeaderboardClient(at).ProgressAsync(Request, options),
            _ => throw new ArgumentOutOfRangeException(nameof(service), service, "It owns no partitions."),
        };
}
