using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Rewards.V1;
using Mesh.Contracts.Sessions.V1;
using Mesh.Contracts.Types.V1;

namespace Mesh.Cli.Connection;

/// <summary>The services, through the gateway.</summary>
internal sealed class GatewayConnection : IDisposable
{
    /// <summary>The tenant that a gateway without API keys gives every call.</summary>
    internal const string Tenant = "demo";

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);
    private readonly GrpcChannel _channel;

    internal GatewayConnection(Uri address)
    {
        Address = address;
        _channel = GrpcChannel.ForAddress(address);
        Ingestion = new Ingestion.IngestionClient(_channel);
        Quests = new Quests.QuestsClient(_channel);
        Sessions = new Sessions.SessionsClient(_channel);
        Rewards = new Rewards.RewardsClient(_channel);
        Leaderboard = new Leaderboard.LeaderboardClient(_channel);
    }

    internal Uri Address { get; }

    internal Ingestion.IngestionClient Ingestion { get; }

    internal Quests.QuestsClient Quests { get; }

    internal Sessions.SessionsClient Sessions { get; }

    internal Rewards.RewardsClient Rewards { get; }

    internal Leaderboard.LeaderboardClient Leaderboard { get; }

    /// <summary>Connects, works, and turns a failed call into a line for people.</summary>
    /// <exception cref="CliException">A call failed.</exception>
    internal static async Task<T> UseAsync<T>(
        string? given, Func<GatewayConnection, Task<T>> work, CancellationToken cancellation)
    {
        using GatewayConnection gateway = new(Places.Gateway(given, Places.Run()));
        try
        {
            return await work(gateway);
        }
        catch (RpcException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (RpcException failure)
        {
            throw await gateway.ExplainAsync(failure);
        }
    }

    public void Dispose() => _channel.Dispose();

    private async Task<CliException> ExplainAsync(RpcException failure)
    {
        if (failure.StatusCode == StatusCode.Unavailable && !await ListensAsync())
        {
            return new CliException(
                $"The gateway at {Address} cannot be reached. Start the mesh: dotnet run --project AppHost");
        }

        Problem? problem = Problems.FromRpcException(failure);
        return new CliException(problem is null
            ? $"The gateway at {Address} answers {failure.StatusCode}: {failure.Status.Detail}"
            : $"{problem.Code}: {problem.Message}");
    }

    private async Task<bool> ListensAsync()
    {
        using TcpClient probe = new();
        using CancellationTokenSource timeout = new(ProbeTimeout);
        try
        {
            await probe.ConnectAsync(Address.Host, Address.Port, timeout.Token);
            return true;
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
