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

    [Fact]
    public void Policy_OfATenant_IsTheNewestThatTheTopicTold()
    {
        Assert.Same(CompiledPolicy.BuiltIn, _policies.Of("demo"));
        Publish(3, new DoorPolicy { Lanes = { new LaneRule { GameId = "city", Kinds = { 16 }, Lane = 2 } } });
        CompiledPolicy three = _policies.Of("demo");
        Publish(2, new DoorPolicy());

        Assert.Same(three, _policies.Of("demo"));
        Assert.Equal(3U, three.Routing.Version);
        Assert.Equal(2, three.Routing.LaneOf("city", ActionKind.CheckIn));
        Assert.False(three.Limits);
        Assert.Same(CompiledPolicy.BuiltIn, _policies.Of("other"));
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
        Assert.Null(limits.Judge("other", "kim", 0, _policies.Of("other"), 0));
        _clock.Now += TimeSpan.FromSeconds(2);
        Assert.Null(Judge(limits, "ada"));
    }

    [Fact]
    public void Judge_UnderPressure_RefusesTheLaneAndUsesNoToken()
    {
        Publish(2, new DoorPolicy { Player = new RateLimit { PerSecond = 0.5, Burst = 1 } });
        DoorLimits limits = new(_clock);

        Problem shed = limits.Judge("demo", "ada", 2, _policies.Of("demo"), 0.5)!;
        Assert.Equal(ErrorCodes.Overloaded, shed.Code);
        Assert.InRange(shed.RetryAfter.ToTimeSpan(), TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(3));
        Assert.Null(limits.Judge("demo", "ada", 1, _policies.Of("demo"), 0.5));
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

    private Problem? Judge(DoorLimits limits, string player) =>
        limits.Judge("demo", player, 0, _policies.Of("demo"), pressure: 0.49);

    private void Publish(uint version, DoorPolicy policy) => _policies.Apply(
        new DoorPolicyPublished { Tenant = "demo", Version = version, Policy = policy }.ToByteArray());

    private sealed class StandingClock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(3);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
