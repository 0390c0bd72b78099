using System.Net;
using System.Text.Json;

namespace Gateway.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task Health_EveryServiceWell_Is200()
    {
        await using Upstream upstream = await Upstream.StartAsync();
        await using RunningGateway gateway = await RunningGateway.StartAsync(upstream.Address);

        (HttpStatusCode status, JsonElement body) = await AskAsync(gateway);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("ok", body.GetProperty("status").GetString());
        Assert.Equal(5, body.GetProperty("services").EnumerateObject().Count());
    }

    [Fact]
    public async Task Health_OneServiceAwayAndOneIll_Is503AndNamesBothWithTheReason()
    {
        await using Upstream upstream = await Upstream.StartAsync();
        await using Upstream ill = await Upstream.StartAsync(health: 503);
        await using RunningGateway gateway = await RunningGateway.StartAsync(
            upstream.Address, ("rewards", RunningGateway.Nowhere()), ("sessions", ill.Address));

        (HttpStatusCode status, JsonElement body) = await AskAsync(gateway);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        string[] problems = [.. body.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()!)];
        Assert.Equal(2, problems.Length);
        Assert.StartsWith("rewards at ", problems[0], StringComparison.Ordinal);
        Assert.Contains("unreachable", problems[0], StringComparison.Ordinal);
        Assert.StartsWith("sessions at ", problems[1], StringComparison.Ordinal);
        Assert.Contains("the database is away", problems[1], StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(RunningGateway gateway)
    {
        using HttpClient client = new() { BaseAddress = gateway.Web };
        using HttpResponseMessage answer = await client.GetAsync("/health");
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, document.RootElement.Clone());
    }
}
