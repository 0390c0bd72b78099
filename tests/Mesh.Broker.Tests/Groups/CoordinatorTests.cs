using Mesh.Broker.Groups;
using Mesh.Broker.Tests.Clients;
using Mesh.Broker.Tests.Wire;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Groups;

public sealed class CoordinatorTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private TestBroker _broker = null!;
    private RawClient _client = null!;

    public async Task InitializeAsync()
    {
        await StartAsync();
        await KafkaClient.CreateTopicAsync(_broker.Servers, "t");
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _broker.DisposeAsync();
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task StableGroup_GoesOnAfterARestart()
    {
        JoinAnswer member = Stable("g");
        Assert.Equal(ErrorCode.None, _client.Commit("g", member, "t", 5));
        await RestartAsync();
        Assert.Equal("Stable", _client.ListGroups()["g"]);
        Assert.Equal(ErrorCode.None, _client.Heartbeat("g", member));
        Assert.Equal(ErrorCode.None, _client.Commit("g", member, "t", 6));
        Assert.Equal(6, Committed("g"));

        // Another generation's commit is refused after the restart as well.
        Assert.Equal(ErrorCode.IllegalGeneration, _client.Commit("g", member with { Generation = 9 }, "t", 7));
        Assert.Equal(6, Committed("g"));
    }

    [Fact]
    public async Task StalledMember_LosesItsPlace_AndItsLateCommitChangesNothing()
    {
        JoinAnswer stalled = Stable("g", sessionMs: 200);
        Assert.Equal(ErrorCode.None, _client.Commit("g", stalled, "t", 5));
        await Wait.UntilAsync(() => _client.ListGroups("empty").ContainsKey("g"), "the member is still there");
        JoinAnswer next = Stable("g");
        Assert.True(next.Generation > stalled.Generation);
        Assert.Equal(ErrorCode.None, _client.Commit("g", next, "t", 50));
        Assert.Equal(ErrorCode.UnknownMemberId, _client.Commit("g", stalled, "t", 6));
        Assert.Equal(50, Committed("g"));
        Assert.Contains(_broker.Lines.Warnings, l => l.Contains("Refused a commit of group g"));
    }

    [Fact]
    public async Task Offsets_OfAGroupWithoutMembers_Expire()
    {
        await RestartAsync(o => o with
        {
            OffsetsRetention = TimeSpan.FromMilliseconds(300), OffsetsRetentionCheck = TimeSpan.FromMilliseconds(20),
        });
        JoinAnswer member = Stable("active");
        Assert.Equal(ErrorCode.None, _client.Commit("active", member, "t", 5));
        Assert.Equal(ErrorCode.None, _client.Commit("simple", null, "t", 7));
        Assert.Equal("Empty", _client.ListGroups()["simple"]);
        await Wait.UntilAsync(() => !_client.ListGroups().ContainsKey("simple"), "the offsets are still there");
        Assert.Null(Committed("simple"));
        Assert.Equal(5, Committed("active"));
    }

    [Fact]
    public void Join_WithASessionTimeoutBeyondTheSettings_IsRefused()
    {
        Assert.Equal(ErrorCode.InvalidSessionTimeout, _client.Join("g", sessionMs: 50).Error);
        Assert.Equal(ErrorCode.InvalidSessionTimeout, _client.Join("g", sessionMs: 40_000_000).Error);
        Assert.Equal(ErrorCode.InvalidGroupId, _client.Join("").Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _client.Join("g", "who").Error);
        Assert.Equal(ErrorCode.None, _client.Commit("h", null, "t", 1, new string('x', 4096)));
        Assert.Equal(ErrorCode.OffsetMetadataTooLarge, _client.Commit("h", null, "t", 1, new string('x', 4097)));
    }

    private async Task StartAsync(Func<BrokerOptions, BrokerOptions>? configure = null)
    {
        _broker = await TestBroker.StartAsync(_directory, o =>
        {
            BrokerOptions fast = o with
            {
                GroupInitialRebalanceDelay = TimeSpan.Zero, GroupMinSessionTimeout = TimeSpan.FromMilliseconds(100),
            };
            return configure?.Invoke(fast) ?? fast;
        });
        _client = new RawClient(_broker.Server.Endpoint);
    }

    private async Task RestartAsync(Func<BrokerOptions, BrokerOptions>? configure = null)
    {
        await DisposeAsync();
        await StartAsync(configure);
    }

    /// <summary>A group with one member, which has its assignment.</summary>
    private JoinAnswer Stable(string group, int sessionMs = 10_000)
    {
        JoinAnswer joined = _client.Join(group, sessionMs: sessionMs);
        Assert.Equal(ErrorCode.None, joined.Error);
        Assert.Equal(ErrorCode.None, _client.Sync(group, joined));
        return joined;
    }

    private long? Committed(string group)
    {
        using var consumer = KafkaClient.Consumer(_broker.Servers, group);
        long offset = consumer.Committed([new("t", 0)], KafkaClient.Deadline)[0].Offset.Value;
        return offset < 0 ? null : offset;
    }
}
