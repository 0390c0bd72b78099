using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Files;
using EndToEnd.Tests.Harness;
using Grpc.Core;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Types.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace EndToEnd.Tests.Door;

/// <summary>The door's policy, changed while it runs.</summary>
[Collection(SharedMesh.Name)]
public sealed class PolicyTests(MeshFixture fixture) : IDisposable
{
    private const uint CheckIn = 16;
    private readonly RunningMesh _mesh = fixture.Mesh;
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-policy-").FullName;

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// Each action is routed once, to the lane that the version it names says. A door that takes a stalled broker for
    /// one that is away sends what was not acknowledged again: the same, to the same topic.
    /// </summary>
    [Fact]
    public async Task Lanes_ChangedUnderLoad_RouteEachActionByTheVersionItNames()
    {
        string game = await _mesh.Services.NewAsync("lanes");
        string file = WriteRows();
        ConcurrentQueue<(int Lane, ActionAccepted Action)> sent = new();
        await using CompactedTopic p0 = Read(0, game, sent);
        await using CompactedTopic p1 = Read(1, game, sent);
        await using CompactedTopic p2 = Read(2, game, sent);
        Dictionary<uint, int> lanes = new() { [(await PolicyAsync()).Version] = 0 };

        Task<ReplayAnswer> replay = _mesh.ReplayAsync(file, game, "--copies", "10");
        int own = await SubmitUntilAsync(game, sent, lanes.Keys.Max());
        foreach (uint lane in (uint[])[2, 1])
        {
            lanes.Add(await PutAsync(new DoorPolicy { Lanes = { Rule(game, lane) } }), (int)lane);
            own += await SubmitUntilAsync(game, sent, lanes.Keys.Max());
        }

        long all = (await replay).Accepted + own;
        await Until.AnswerAsync(
            "all are in the topics",
            () => Task.FromResult(sent.DistinctBy(one => one.Action.ActionId).Count()),
            count => count >= all);
        Assert.Equal(all, sent.DistinctBy(one => (one.Action.ActionId, one.Action.RoutingVersion)).Count());
        Assert.All(sent, one => Assert.Equal(
            (lanes[one.Action.RoutingVersion], lanes[one.Action.RoutingVersion]), (one.Lane, (int)one.Action.Lane)));
        Assert.Equal(lanes.Keys.Order(), sent.Select(one => one.Action.RoutingVersion).Distinct().Order());
        VerifyAnswer books = ToolAnswers.Read<VerifyAnswer>(await _mesh.VerifyAsync(game));
        Assert.Equal((all, all), (books.ActionsAccepted, books.ActionsInQuests));
        Assert.Empty(books.Differences);
    }

    /// <summary>Who is over the limit is told when to come again, and a replay does so until all is accepted.</summary>
    [Fact]
    public async Task Limits_Passed_AreAnsweredWithWhenToComeAgain()
    {
        string game = await _mesh.Services.NewAsync("limits");
        try
        {
            await PutAsync(new DoorPolicy { Player = new RateLimit { PerSecond = 0.01, Burst = 2 } });
            RpcException refused = (await Until.AnswerAsync(
                "a player is limited", () => SubmitThreeAsync(game), failure => failure is not null))!;
            Problem problem = Problems.FromRpcException(refused)!;
            Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
            Books.Refuses(ErrorCodes.RateLimited, "player_id", problem);
            Assert.InRange(problem.RetryAfter.ToTimeSpan(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
            Assert.Equal("10", refused.Trailers.GetValue("retry-after"));

            await PutAsync(new DoorPolicy { Tenant = new RateLimit { PerSecond = 200, Burst = 20 } });
            await UnlimitedAsync(game);
            ReplayAnswer answer = await _mesh.ReplayAsync(WriteRows(), game, "--limit", "500");
            Assert.Equal((500L, 500L, 0L), (answer.Sent, answer.Accepted, answer.Refused));
        }
        finally
        {
            // Other tests share the tenant: wait until nothing limits it.
            await PutAsync(new DoorPolicy());
            await Until.AnswerAsync("the tenant is not limited", () => LaterOfAsync(game, 200), later => later == 0);
        }

        await _mesh.VerifyAsync(game);
    }

    /// <summary>The tool publishes what is in a file, shows it, and says what is wrong.</summary>
    [Fact]
    public async Task Policy_ByTheTool_IsPutAndShown()
    {
        const string policy = """{"lanes": [{"game_id": "tooled", "kinds": [16, 17], "lane": 2}]}""";
        string file = Path.Combine(_folder, "policy.json");
        await File.WriteAllTextAsync(file, policy);
        uint before = (await PolicyAsync()).Version;

        string put = (await _mesh.ToolAsync("policy", "put", file)).Succeeded();
        string again = (await _mesh.ToolAsync("policy", "put", file)).Succeeded();
        string shown = (await _mesh.ToolAsync("policy", "show")).Succeeded();

        Assert.Equal(($"The door policy is version {before + 1}.", put), (put, again));
        JsonNode answer = JsonNode.Parse(shown)!;
        Assert.Equal(before + 1, (uint)answer["version"]!);
        Assert.Equal(
            JsonNode.Parse(policy)!["lanes"]!.ToJsonString(), answer["policy"]!["lanes"]!.ToJsonString());

        await File.WriteAllTextAsync(file, policy.Replace("2}", "3}", StringComparison.Ordinal));
        await FailsAsync("lanes[0].lane must be from 0 to 2", "policy", "put", file);
        await File.WriteAllTextAsync(file, """{"lanes": [{"game": "tooled"}]}""");
        await FailsAsync($"{file} is not a door policy", "policy", "put", file);
        await File.WriteAllTextAsync(file, "{}");
        await FailsAsync("VERSION_CONFLICT: The newest version is", "policy", "put", file, "--expected-version", "0");
        await FailsAsync("POLICY_UNKNOWN", "policy", "show", "--version", $"{before + 2}");
    }

    private async Task FailsAsync(string saying, params string[] arguments)
    {
        ToolRun run = await _mesh.ToolAsync(arguments);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(saying, run.Errors, StringComparison.Ordinal);
    }

    private static LaneRule Rule(string game, uint lane) =>
        new() { GameId = game, Kinds = { CheckIn }, Lane = lane };

    private string WriteRows()
    {
        string file = Path.Combine(_folder, "rows.tsv");
        SyntheticCheckIns.Write(file);
        return file;
    }

    private CompactedTopic Read(int lane, string game, ConcurrentQueue<(int, ActionAccepted)> sent) =>
        CompactedTopic.Start(
            new BusOptions { BootstrapServers = _mesh.Broker, ClientId = "policy-tests" },
            TopicCatalog.Actions[lane].Name,
            Placement.Partitions,
            record =>
            {
                ActionAccepted action = ActionAccepted.Parser.ParseFrom(record.Value);
                if (action.GameId == game)
                {
                    sent.Enqueue((lane, action));
                }
            },
            NullLogger.Instance);

    private async Task<PublishedDoorPolicy> PolicyAsync() =>
        await _mesh.Services.Quests.GetDoorPolicyAsync(new GetDoorPolicyRequest());

    private async Task<uint> PutAsync(DoorPolicy policy)
    {
        uint version = (await PolicyAsync()).Version;
        PutDoorPolicyRequest request = new() { Policy = policy, ExpectedVersion = version };
        PublishedDoorPolicy published = await _mesh.Services.Quests.PutDoorPolicyAsync(request);
        Assert.Equal(published, await _mesh.Services.Quests.PutDoorPolicyAsync(request));
        Assert.Equal(published, await PolicyAsync());
        return published.Version;
    }

    /// <summary>Submits, beside whatever else is sent, until a version has routed one. Returns how many.</summary>
    private async Task<int> SubmitUntilAsync(
        string game, ConcurrentQueue<(int Lane, ActionAccepted Action)> sent, uint version)
    {
        int submitted = 0;
        await Until.AnswerAsync(
            $"version {version} routes",
            async () =>
            {
                await _mesh.Services.Ingestion.SubmitAsync(Actions.CheckIn(game, "ada", $"{version}-{submitted++}"));
                return sent.Any(one => one.Action.RoutingVersion == version);
            },
            routes => routes);
        return submitted;
    }

    /// <summary>A new player submits three times; what the first refusal was.</summary>
    private async Task<RpcException?> SubmitThreeAsync(string game)
    {
        string player = Guid.NewGuid().ToString("N");
        try
        {
            for (int i = 0; i < 3; i++)
            {
                await _mesh.Services.Ingestion.SubmitAsync(Actions.CheckIn(game, player, $"v{i}"));
            }

            return null;
        }
        catch (RpcException failure) when (failure.StatusCode == StatusCode.ResourceExhausted)
        {
            return failure;
        }
    }

    /// <summary>How many of so many actions in one batch are to come later.</summary>
    private async Task<int> LaterOfAsync(string game, int count)
    {
        SubmitBatchRequest batch = new();
        batch.Actions.AddRange(Enumerable.Range(0, count).Select(n => Actions.CheckIn(game, $"player-{n}", "cafe")));
        SubmitBatchResponse answer = await _mesh.Services.Ingestion.SubmitBatchAsync(batch);
        return answer.Receipts.Count(receipt => receipt.Status == Receipt.Types.Status.Later);
    }

    private Task UnlimitedAsync(string game) => Until.AnswerAsync(
        "a player is not limited", () => SubmitThreeAsync(game), failure => failure is null);
}
