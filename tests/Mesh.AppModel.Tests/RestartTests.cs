using System.Diagnostics;
using Mesh.Provisioning;
using Npgsql;

namespace Mesh.AppModel.Tests;

/// <summary>What dies is started again, alone, where and as it was.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task Run_WhoseChildIsKilled_StartsItAgainAndNothingElse()
    {
        using var state = new SampleState();
        await using var run = await SampleRun.Start(state).ReadyAsync();
        var before = run.Children;
        var dead = before.Single(child => child.Name == "alpha-1");

        Kill(dead.Id);

        await UntilLineAsync(run, "alpha-1 is back");
        var after = run.Children;
        var again = after.Single(child => child.Name == "alpha-1");
        Assert.NotEqual(dead.Id, again.Id);
        Assert.Equal(dead.Url, again.Url);
        Assert.True(SampleRun.IsAlive(again.Id));
        Assert.Equal(before.Where(child => child != dead), after.Where(child => child != again));
        Assert.Contains(
            $"alpha-1 (process {dead.Id}) ended with code 137; starting it again in 1.5 s", run.Output);
        Assert.Contains($"alpha-1 is back (process {again.Id})", run.Output);
        Assert.Equal("alpha", (string?)(await run.EnvironmentOfAsync("alpha-1"))["OTEL_SERVICE_NAME"]);

        run.Signal(PosixSignalName.Term);
        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.Empty(run.Errors);
        await run.AllGoneAsync(after);
    }

    [Fact]
    public async Task Run_WithAPartThatAlwaysDies_TriesLessAndLessOftenUntilItStays()
    {
        using var state = new SampleState();
        await using var run = await SampleRun.Start(state, [], ("BREAK_BETA_WHILE", state["broken"])).ReadyAsync();
        await File.WriteAllTextAsync(state["broken"], "");

        Kill(run.Children.Single(child => child.Name == "beta").Id);

        await UntilLineAsync(run, "beta (process", "ended with code 3; starting it again in 800 ms");
        File.Delete(state["broken"]);
        await UntilLineAsync(run, "beta is back");
        Assert.Equal(
            ["137; starting it again in 100 ms", "3; starting it again in 200 ms", "3; starting it again in 400 ms"],
            run.Output
                .Where(line => line.StartsWith("beta (process", StringComparison.Ordinal))
                .Select(line => line[(line.IndexOf("code ", StringComparison.Ordinal) + 5)..])
                .Take(3));
        Assert.Contains(
            "broken on purpose", await File.ReadAllTextAsync(state["logs/beta.log"]), StringComparison.Ordinal);
        Assert.True(SampleRun.IsAlive(run.Children.Single(child => child.Name == "beta").Id));
    }

    [Fact]
    public async Task Run_StoppedWhileAPartWaitsToBeStartedAgain_StopsCleanly()
    {
        using var state = new SampleState();
        await using var run = await SampleRun.Start(state, [], ("BREAK_BETA_WHILE", state["broken"])).ReadyAsync();
        await File.WriteAllTextAsync(state["broken"], "");
        Kill(run.Children.Single(child => child.Name == "beta").Id);
        await UntilLineAsync(run, "beta (process", "starting it again in 1.6 s");
        var children = run.Children;

        run.Signal(PosixSignalName.Int);

        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.Empty(run.Errors);
        Assert.False(File.Exists(state["run.json"]));
        await run.AllGoneAsync(children);
    }

    [Fact]
    public async Task Run_WhosePostgresIsKilled_StartsItAgainOnItsDataAndPort()
    {
        using var state = new SampleState();
        await using var run = await SampleRun.Start(state).ReadyAsync();
        await using var session = await ConnectAsync(state);
        await ExecuteAsync(session, "CREATE TABLE kept AS SELECT 42 AS answer");
        var dead = run.Children.Single(child => child.Name == "postgres");

        // With a backend that is busy, so that shared memory is in use for longer than the postmaster lives.
        var sleeping = ExecuteAsync(session, "SELECT pg_sleep(1)");
        Kill(dead.Id);

        await UntilLineAsync(run, "postgres is back");
        await using (var again = await ConnectAsync(state))
        {
            Assert.Equal(42, await ExecuteAsync(again, "SELECT answer FROM kept"));
        }

        var now = run.Children.Single(child => child.Name == "postgres");
        Assert.NotEqual(dead.Id, now.Id);
        Assert.Equal(dead.Url, now.Url);
        await Assert.ThrowsAnyAsync<Exception>(() => sleeping);
        run.Signal(PosixSignalName.Term);
        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.False(SampleRun.IsAlive(now.Id));
    }

    [Fact]
    public async Task Run_WhosePostgresDoesNotStartAgain_GoesOnTrying()
    {
        using var state = new SampleState();
        await using var run = await SampleRun.Start(state).ReadyAsync();
        var version = state["postgres/PG_VERSION"];
        File.Move(version, state["version"]);

        Kill(run.Children.Single(child => child.Name == "postgres").Id);

        await UntilLineAsync(run, "postgres did not start (", "starting it again in 400 ms");
        File.Move(state["version"], version);
        await UntilLineAsync(run, "postgres is back");
        await using var connection = await ConnectAsync(state);
        Assert.Equal(1, await ExecuteAsync(connection, "SELECT 1"));
    }

    [Fact]
    public async Task Run_WhoseBrokerIsKilled_StartsItAgainOnItsDataAndPort()
    {
        using var state = new SampleState();
        await using var run = await SampleRun.Start(state).ReadyAsync();
        var dead = run.Children.Single(child => child.Name == "kafka");

        Kill(dead.Id);

        await UntilLineAsync(run, "kafka is back");
        var again = run.Children.Single(child => child.Name == "kafka");
        Assert.NotEqual(dead.Id, again.Id);
        Assert.True(await KafkaProbe.AnswersAsync("127.0.0.1", state.PortBase + 92));
        var words = $"keeps its data in {state["broker"]}";
        // What a part prints is passed on beside what AppHost itself says of it.
        await SampleRun.UntilAsync(
            $"two lines that end with: {words}",
            () => run.Output.Count(line => line.EndsWith(words, StringComparison.Ordinal)) == 2);
    }

    private static void Kill(int process)
    {
        using var victim = Process.GetProcessById(process);
        victim.Kill();
    }

    private static Task UntilLineAsync(SampleRun run, string start, string end = "") => SampleRun.UntilAsync(
        $"the line {start} … {end}",
        () => run.Output.Any(line =>
            line.StartsWith(start, StringComparison.Ordinal) && line.EndsWith(end, StringComparison.Ordinal)));

    private static async Task<NpgsqlConnection> ConnectAsync(SampleState state)
    {
        var connection = new NpgsqlConnection($"{(string)state.RunFile["postgres"]!};Database=things;Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
