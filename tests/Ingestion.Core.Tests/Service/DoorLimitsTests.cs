using Google.Protobuf;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Types.V1;
using Mesh.Ingestion.Core;
using Mesh.ServiceDefaults;
using Microsoft.Extensions.Configuration;

namespace Mesh.Ingestion.Tests;

public sealed class DoorLimitsTests
{
    private readonly StandingClock _clock = new();
    private readonly PolicyTable _policies = new();

    public DoorLimitsTests() => _policies.Complete();

    [Fact]
    public void Policy_BeforeTheTopicIsRead_IsToBeAskedForUnlessKnown()
    {
        PolicyTable policies = new();
        Assert.False(policies.TryFind("demo", out _));
        CompiledPolicy asked = policies.Apply("demo", 3, new DoorPolicy());
        Assert.Same(asked, policies.Apply("demo", 2, new DoorPolicy()));

        Assert.True(policies.TryFind("demo", out CompiledPolicy? known));
        Assert.Same(asked, known);
        Assert.False(policies.TryFind("other", out _));
        policies.Complete();
        Assert.True(policies.TryFind("other", out CompiledPolicy? other));
        Assert.Same(CompiledPolicy.BuiltIn, other);
    }

    [Fact]
    public void Policy_OfATenant_IsTheNewestThatTheTopicTold()
    {
        Assert.Same(CompiledPolicy.BuiltIn, Policy("demo"));
        Publish(3, new DoorPolicy { Lanes = { new LaneRule { GameId = "city", Kinds = { 16 }, Lane = 2 } } });
        CompiledPolicy three = Policy("demo");
        Publish(2, new DoorPolicy());

        Assert.Same(three, Policy("demo"));
        Assert.Equal(3U, three.Routing.Version);
        Assert.Equal(2, three.Routing.LaneOf("city", ActionKind.CheckIn));
        Assert.False(three.Limits);
        Assert.Same(CompiledPolicy.BuiltIn, Policy("other"));
    }

    [Fact]
    public void Judge_OverALimit_SaysWhoseAndWhen()
    {
        Publish(2, new DoorPolicy
        {
            Tenant = new RateLimit { PerSecond = 10, Burst = 3 },
            Player = new RateLimit { PerSecond = 0.5, Burst = 1 },
        });
        DoorLimits limits = new(_clock);

        Assert.Null(Judge(limits, "ada"));
        Problem player = Judge(limits, "ada")!;
        Assert.Equal((ErrorCodes.RateLimited, "player_id"), (player.Code, player.Field));
        Assert.Contains("0.5", player.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(2), player.RetryAfter.ToTimeSpan());

        Assert.Null(Judge(limits, "bob"));
        Assert.Null(Judge(limits, "eve"));
        Problem tenant = Judge(limits, "kim")!;
        Assert.Equal((ErrorCodes.RateLimited, HeaderNames.Tenant), (tenant.Code, tenant.Field));
        Assert.Equal(TimeSpan.FromMilliseconds(100), tenant.RetryAfter.ToTimeSpan());

        // Another tenant has limits of its own: none.
        Assert.Null(limits.Judge("other", "kim", 0, Policy("other"), 0));
        _clock.Now += TimeSpan.FromSeconds(2);
        Assert.Null(Judge(limits, "ada"));
    }

    [Fact]
    public void Judge_UnderPressure_RefusesTheLaneAndUsesNoToken()
    {
        Publish(2, new DoorPolicy { Player = new RateLimit { PerSecond = 0.5, Burst = 1 } });
        DoorLimits limits = new(_clock);

        Problem shed = limits.Judge("demo", "ada", 2, Policy("demo"), 0.5)!;
        Assert.Equal(ErrorCodes.Overloaded, shed.Code);
        Assert.InRange(shed.RetryAfter.ToTimeSpan(), TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(3));
        Assert.Null(limits.Judge("demo", "ada", 1, Policy("demo"), 0.5));
    }

    [Fact]
    public void Streams_AsManyAsMayBeOpen_LetTheNextInWhenOneCloses()
    {
        OpenStreams streams = new(new DoorOptions(1, 1, SubmitStreams: 2));
        Assert.True(streams.TryOpen());
        Assert.True(streams.TryOpen());
        Assert.False(streams.TryOpen());
        Assert.False(streams.TryOpen());
        streams.Close();
        Assert.True(streams.TryOpen());
        Assert.False(streams.TryOpen());
    }

    [Theory]
    [InlineData("Connections", "0")]
    [InlineData("StreamsPerConnection", "many")]
    [InlineData("SubmitStreams", "1000001")]
    public void Options_ANumberOutOfRange_NamesTheSetting(string name, string value)
    {
        SettingException failure = Assert.Throws<SettingException>(() => DoorOptions.From(
            new ConfigurationBuilder().AddInMemoryCollection([new($"Mesh:{name}", value)]).Build()));

        Assert.Contains($"Mesh__{name}", failure.Message, StringComparison.Ordinal);
    }

    private CompiledPolicy Policy(string tenant) =>
        _policies.TryFind(tenant, out CompiledPolicy? policy) ? policy : throw new InvalidOperationException("None.");

    private Problem? Judge(DoorLimits limits, string player) =>
        limits.Judge("demo", player, 0, Policy("demo"), pressure: 0.49);

    private void Publish(uint version, DoorPolicy policy) => _policies.Apply(
        new DoorPolicyPublished { Tenant = "demo", Version = version, Policy = policy }.ToByteArray());

    private sealed class StandingClock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(3);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
