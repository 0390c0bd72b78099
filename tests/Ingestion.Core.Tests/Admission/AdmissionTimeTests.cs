using Mesh.Ingestion.Core.Admission;

namespace Mesh.Ingestion.Core.Tests.Admission;

public sealed class AdmissionTimeTests
{
    private const long Now = 1_700_000_000_000_000;
    private const long Second = 1_000_000;
    private const long Day = 86_400 * Second;

    [Theory]
    [InlineData(ClockPolicy.Trust, -400 * Day, -400 * Day)]
    [InlineData(ClockPolicy.Trust, 0, 0)]
    [InlineData(ClockPolicy.Trust, 120 * Second, 120 * Second)]
    [InlineData(ClockPolicy.Clamp, -400 * Day, -Day)]
    [InlineData(ClockPolicy.Clamp, -Day - 1, -Day)]
    [InlineData(ClockPolicy.Clamp, -Day + 1, -Day + 1)]
    [InlineData(ClockPolicy.Clamp, 120 * Second, 120 * Second)]
    [InlineData(ClockPolicy.Server, -400 * Day, 0)]
    [InlineData(ClockPolicy.Server, 400 * Day, 0)]
    public void EffectiveTime_ByPolicy_IsDecidedFromReception(ClockPolicy policy, long occurred, long effective)
    {
        Assert.Null(AdmissionTime.Decide(policy, Now + occurred, Now, out long effectiveUs));
        Assert.Equal(Now + effective, effectiveUs);
    }

    [Theory]
    [InlineData(ClockPolicy.Trust)]
    [InlineData(ClockPolicy.Clamp)]
    public void PhonesTime_TooFarAhead_IsRefusedUnderThePhonesClock(ClockPolicy policy) =>
        Assert.Equal(
            "TIME_IN_FUTURE", AdmissionTime.Decide(policy, Now + (120 * Second) + 1, Now, out _)?.Code);

    [Theory]
    [InlineData(ClockPolicy.Trust)]
    [InlineData(ClockPolicy.Clamp)]
    public void PhonesTime_NotSaid_IsRefusedUnderThePhonesClock(ClockPolicy policy) =>
        Assert.Equal("TIME_MISSING", AdmissionTime.Decide(policy, null, Now, out _)?.Code);

    [Fact]
    public void PhonesTime_NotSaid_IsAllowedUnderTheServersClock()
    {
        Assert.Null(AdmissionTime.Decide(ClockPolicy.Server, null, Now, out long effectiveUs));
        Assert.Equal(Now, effectiveUs);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 999, 1_000_000)]
    [InlineData(-1, 500_000_000, -500_000)]
    [InlineData(-62_135_596_800, 0, -62_135_596_800_000_000)]
    [InlineData(253_402_300_799, 999_999_999, 253_402_300_799_999_999)]
    public void Timestamp_InRange_IsMicroseconds(long seconds, int nanos, long us)
    {
        Assert.Equal(us, AdmissionTime.FromTimestamp(seconds, nanos));
        Assert.NotEqual("TIME_RANGE", AdmissionTime.Decide(ClockPolicy.Trust, us, Now, out _)?.Code);
    }

    [Theory]
    [InlineData(-62_135_596_801, 0)]
    [InlineData(253_402_300_800, 0)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 1_000_000_000)]
    public void Timestamp_OutOfRange_IsRefusedUnderEveryPolicy(long seconds, int nanos) =>
        Assert.All(
            Enum.GetValues<ClockPolicy>(),
            policy => Assert.Equal(
                "TIME_RANGE",
                AdmissionTime.Decide(policy, AdmissionTime.FromTimestamp(seconds, nanos), Now, out _)?.Code));
}
