using Grpc.Wire;

namespace Mesh.Grpc.Tests.Wire;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData(-5, "1n")]
    [InlineData(0, "1n")]
    [InlineData(1, "100n")]
    [InlineData(10, "1000n")]
    [InlineData(999_999, "99999900n")]
    [InlineData(1_000_000, "100000u")]
    [InlineData(1_000_001, "100001u")]
    [InlineData(10_000_000L * 60, "60000000u")]
    [InlineData(10_000_000L * 100, "100000m")]
    [InlineData(10_000_000L * 3_600 * 24 * 2, "172800S")]
    [InlineData(long.MaxValue, "99999999H")]
    public void Encode_Ticks_UsesTheFinestUnitThatHolds(long ticks, string expected)
    {
        // The longest TimeSpan is some 256 million hours, more than eight digits hold.
        Assert.Equal(expected, GrpcTimeout.Encode(TimeSpan.FromTicks(ticks)));
    }

    [Theory]
    [InlineData("1n", 0)]
    [InlineData("100n", 1)]
    [InlineData("5u", 50)]
    [InlineData("7m", 70_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("99999999H", 3_599_999_964_000_000_000)]
    public void Parse_Valid_IsTheSpan(string value, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(value, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("S")]
    [InlineData("123456789S")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1s")]
    [InlineData("1.5S")]
    public void Parse_Malformed_IsRefused(string value) => Assert.False(GrpcTimeout.TryParse(value, out _));
}
