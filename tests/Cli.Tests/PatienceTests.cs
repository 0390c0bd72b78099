using Grpc.Core;
using Mesh.Cli.Connection;

namespace Cli.Tests;

public sealed class PatienceTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Call_ThatFailsInPassing_IsMadeAgainUntilItSucceeds()
    {
        int calls = 0;
        List<string?> trouble = [];
        Patience patience = new(Limit, failure => trouble.Add(failure?.Status.Detail));

        int answer = await patience.CallAsync(
            () => ++calls < 3 ? throw Failure(StatusCode.Unavailable, $"{calls}") : Task.FromResult(42), default);

        Assert.Equal((42, 3), (answer, calls));
        Assert.Equal(["1", "2", null], trouble);
    }

    [Theory]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.AlreadyExists)]
    [InlineData(StatusCode.InvalidArgument)]
    public async Task Call_ThatFailsForGood_IsMadeOnce(StatusCode status)
    {
        int calls = 0;

        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => new Patience(Limit).CallAsync<int>(
            () => throw Failure(status, $"{++calls}"), default));

        Assert.Equal((status, 1), (failure.StatusCode, calls));
    }

    [Fact]
    public async Task Call_ThatFailsUntilTheLimit_ReportsTheLastFailure()
    {
        int calls = 0;

        RpcException failure = await Assert.ThrowsAsync<RpcException>(
            () => new Patience(TimeSpan.FromMilliseconds(200)).CallAsync<int>(
                () => throw Failure(StatusCode.Unavailable, $"{++calls}"), default));

        Assert.True(calls > 1);
        Assert.Equal($"{calls}", failure.Status.Detail);
    }

    [Theory]
    [InlineData("grpc-retry-pushback-ms", "200", 200)]
    [InlineData("retry-after", "2", 2_000)]
    [InlineData("retry-after", "3600", 10_000)]
    [InlineData("retry-after", "soon", null)]
    [InlineData("grpc-retry-pushback-ms", "-1", null)]
    [InlineData("x-other", "5", null)]
    public void WaitOf_AFailure_IsWhatTheServerAsksForWithinLimits(string name, string value, int? milliseconds)
    {
        RpcException failure = new(new Status(StatusCode.Unavailable, ""), [new(name, value)]);

        Assert.Equal(milliseconds, (int?)Transient.WaitOf(failure)?.TotalMilliseconds);
    }

    private static RpcException Failure(StatusCode status, string detail) => new(new Status(status, detail));
}
