using Grpc.Core;
using Mesh.Cli.Connection;
using Mesh.Cli.Following;
using Mesh.Contracts;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Rewards.V1;
using Mesh.Contracts.Sessions.V1;
using Mesh.Contracts.Types.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cli.Tests;

/// <summary>Services that are away at first, then know nothing, since they have just started, and then all.</summary>
public sealed class FollowerTests
{
    [Fact]
    public async Task Follow_ServicesThatAreStartedAgain_ReachesTheEnd()
    {
        await using WebApplication app = await StartAsync();
        using GatewayConnection gateway = new(new Uri(app.Urls.Single()));
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
        HopFollower follower = new(gateway, TimeSpan.FromSeconds(30));

        await follower.FollowAsync(Positions.Of(("actions", 3, 10)), deadline.Token);

        Script script = app.Services.GetRequiredService<Script>();
        Assert.Equal(["Leaderboard", "Quests", "Rewards", "Sessions"], script.Reached.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Follow_AServiceThatStaysAway_SaysSo()
    {
        await using WebApplication app = await StartAsync();
        app.Services.GetRequiredService<Script>().Away = "Rewards";
        using GatewayConnection gateway = new(new Uri(app.Urls.Single()));
        HopFollower follower = new(gateway, TimeSpan.FromSeconds(5));

        Mesh.Cli.CliException failure = await Assert.ThrowsAsync<Mesh.Cli.CliException>(
            () => follower.FollowAsync(Positions.Of(("actions", 3, 10)), CancellationToken.None));

        Assert.StartsWith("No step forward for 5 s: Rewards", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Rewards is away", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<WebApplication> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<Script>();
        WebApplication app = builder.Build();
        app.MapGrpcService<FakeQuests>();
        app.MapGrpcService<FakeSessions>();
        app.MapGrpcService<FakeRewards>();
        app.MapGrpcService<FakeBoard>();
        await app.StartAsync();
        return app;
    }

    private sealed class Script
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, int> _asked = [];

        public string Away { get; set; } = "";

        public List<string> Reached { get; } = [];

        public Task<ProgressResponse> Answer(string service, string input, string output)
        {
            lock (_gate)
            {
                int asked = _asked[service] = _asked.GetValueOrDefault(service) + 1;
                if (asked <= 3 || service == Away)
                {
                    throw new RpcException(
                        new Status(StatusCode.Unavailable, $"{service} is away."),
                        [new("grpc-retry-pushback-ms", "1")]);
                }

                if (asked <= 5)
                {
                    return Task.FromResult(new ProgressResponse());
                }

                Reached.Add(service);
            }

            return Task.FromResult(new ProgressResponse
            {
                Partitions =
                {
                    new PartitionProgress
                    {
                        Partition = 3,
                        Inputs = { new TopicPosition { Topic = input, Partition = 3, NextOffset = 10 } },
                        Head = 7,
                        Relayed = 7,
                        Targets = { new RelayProgress { Topic = output, Partition = 3, NextOffset = 10 } },
                    },
                },
            });
        }
    }

    private sealed class FakeQuests(Script script) : Quests.QuestsBase
    {
        public override Task<ProgressResponse> Progress(ProgressRequest request, ServerCallContext context) =>
            script.Answer("Quests", "actions", TopicCatalog.QuestTransitions.Name);
    }

    private sealed class FakeSessions(Script script) : Sessions.SessionsBase
    {
        public override Task<ProgressResponse> Progress(ProgressRequest request, ServerCallContext context) =>
            script.Answer("Sessions", "actions", "");
    }

    private sealed class FakeRewards(Script script) : Rewards.RewardsBase
    {
        public override Task<ProgressResponse> Progress(ProgressRequest request, ServerCallContext context) =>
            script.Answer("Rewards", TopicCatalog.QuestTransitions.Name, TopicCatalog.RewardIssued.Name);
    }

    private sealed class FakeBoard(Script script) : Leaderboard.LeaderboardBase
    {
        public override Task<ProgressResponse> Progress(ProgressRequest request, ServerCallContext context) =>
            script.Answer("Leaderboard", TopicCatalog.RewardIssued.Name, "");
    }
}
