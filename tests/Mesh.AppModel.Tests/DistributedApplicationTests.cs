using System.Net;
using System.Net.Sockets;
using Mesh.Provisioning;
using Mesh.Testing;
using Npgsql;

namespace Mesh.AppModel.Tests;

/// <summary>Whole runs, with a private PostgreSQL and real processes.</summary>
public sealed class DistributedApplicationTests
{
    [Fact]
    public async Task Run_StoppedBySigterm_StartedInOrderAndStopsInReverse()
    {
        using var state = new SampleState();
        await using var run = await SampleRun.Start(state).ReadyAsync();
        var children = run.Children;
        Assert.Equal(
            ["alpha-0", "alpha-1", "beta", "gate", "kafka", "postgres"],
            children.Select(child => child.Name).Order(StringComparer.Ordinal));

        run.Signal(PosixSignalName.Term);

        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.Empty(run.Errors);
        Assert.DoesNotContain(children, child => SampleRun.IsAlive(child.Id));
        Assert.False(File.Exists(state["run.json"]));
        AssertOrder(run.Output, "[kafka]", "[alpha-0]", "[beta]", "[gate]", "Stopping.");
        var stopping = run.Output.SkipWhile(line => line != "Stopping.").ToList();
        AssertOrder(stopping, "[gate]", "[beta]", "[alpha-0]");
        AssertOrder(stopping, "[gate]", "[beta]", "[alpha-1]");
        AssertLog(state, "postgres", "database system is shut down");
        AssertLog(state, "gate", "shutting down");
    }

    [Fact]
    public async Task Run_OfReferencingProjects_GivesThemAspiresVariables()
    {
        using var state = new SampleState();
        await using var run = await SampleRun.Start(state).ReadyAsync();
        var file = state.RunFile;
        var alpha = await run.EnvironmentOfAsync("alpha-1");
        var beta = await run.EnvironmentOfAsync("beta");
        var gate = await SampleRun.GetAsync((string)file["gateWeb"]! + "/env", HttpVersion.Version11);

        Assert.Equal($"http://127.0.0.1:{state.PortBase}", (string?)file["gate"]);
        Assert.Equal($"http://127.0.0.1:{state.PortBase + 80}", (string?)file["gateWeb"]);
        Assert.Equal($"127.0.0.1:{state.PortBase + 92}", (string?)file["broker"]);
        Assert.Equal($"Host=127.0.0.1;Port={state.PortBase + 432};Username=postgres", (string?)file["postgres"]);
        Assert.Equal((string?)file["broker"], (string?)alpha["ConnectionStrings__kafka"]);
        Assert.Equal($"{file["postgres"]};Database=things", (string?)alpha["ConnectionStrings__things"]);
        Assert.Equal("alpha", (string?)alpha["OTEL_SERVICE_NAME"]);
        Assert.Equal("1", (string?)alpha["MESH_PARENT_PIPE"]);
        Assert.Null(beta["ConnectionStrings__things"]);
        foreach (var replica in new[] { 0, 1 })
        {
            var url = run.Children.Single(child => child.Name == $"alpha-{replica}").Url;
            Assert.Equal(url, (string?)beta[$"services__alpha__http__{replica}"]);
            Assert.Equal(url, (string?)gate[$"services__alpha__http__{replica}"]);
            Assert.Equal(url, (string?)(await run.EnvironmentOfAsync($"alpha-{replica}"))["MESH_ENDPOINT_HTTP"]);
        }

        Assert.Equal((string?)beta["ASPNETCORE_URLS"], (string?)gate["services__beta__http__0"]);
        Assert.Equal((string?)beta["ASPNETCORE_URLS"], (string?)alpha["services__beta__http__0"]);
        Assert.Equal((string?)alpha["MESH_ENDPOINT_HTTP"], (string?)alpha["services__alpha__http__1"]);
        Assert.Equal((string?)file["gate"], (string?)gate["MESH_ENDPOINT_GRPC"]);
        Assert.Equal((string?)file["gateWeb"], (string?)gate["MESH_ENDPOINT_WEB"]);
        Assert.Equal("hello", (string?)gate["GREETING"]);
        var gateId = run.Children.Single(child => child.Name == "gate").Id;
        var commandLine = await File.ReadAllTextAsync($"/proc/{gateId}/cmdline");
        Assert.Contains("SampleService.dll\0--name\0gate\0--colour\0red\0", commandLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_KilledOutright_LeavesNoProcessAndStartsAgainOnItsData()
    {
        using var state = new SampleState();
        await using (var first = await SampleRun.Start(state).ReadyAsync())
        {
            await ExecuteAsync(state, "CREATE TABLE kept AS SELECT 42 AS answer");
            var children = first.Children;
            first.Signal(PosixSignalName.Kill);
            await first.ExitCodeAsync();
            await first.AllGoneAsync(children);
        }

        await using (var second = await SampleRun.Start(state).ReadyAsync())
        {
            Assert.Equal(42, await ExecuteAsync(state, "SELECT answer FROM kept"));
            second.Signal(PosixSignalName.Kill);
            await second.ExitCodeAsync();
        }

        // At once, while the children of the killed one are still on their way down.
        await File.WriteAllTextAsync(state["letter.txt"], "dear");
        await using var third = await SampleRun.Start(state, ["--fresh"]).ReadyAsync();
        Assert.Equal(0L, await ExecuteAsync(state, "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'"));
        Assert.True(File.Exists(state["letter.txt"]));
        third.Signal(PosixSignalName.Int);
        Assert.Equal(0, await third.ExitCodeAsync());
    }

    [Fact]
    public async Task Run_WhoseDotnetRunIsKilled_StopsEverything()
    {
        using var state = new SampleState();
        await using var run = await SampleRun.StartByDotnetRun(state).ReadyAsync();
        var children = run.Children;
        var host = (int)state.RunFile["host"]!;
        Assert.NotEqual(host, run.ProcessId);

        run.Signal(PosixSignalName.Kill);

        await run.AllGoneAsync([.. children, ("host", host, "")]);
        Assert.False(File.Exists(state["run.json"]));
    }

    [Fact]
    public async Task Run_StartedTwiceOnOneFolder_RefusesTheSecondInOneLine()
    {
        using var state = new SampleState();
        await using var first = await SampleRun.Start(state).ReadyAsync();
        await using var second = SampleRun.Start(state);

        Assert.Equal(1, await second.ExitCodeAsync());
        var line = Assert.Single(second.Errors);
        Assert.Contains($"Already running (process {first.ProcessId})", line, StringComparison.Ordinal);
        Assert.True(SampleRun.IsAlive(first.ProcessId));
        Assert.True(File.Exists(state["run.json"]));
    }

    [Fact]
    public async Task Run_OnATakenPort_NamesItAndTheWayOutInOneLine()
    {
        using var state = new SampleState();
        using var taken = new TcpListener(IPAddress.Loopback, state.PortBase + 80);
        taken.Start();
        await using var run = SampleRun.Start(state);

        Assert.Equal(1, await run.ExitCodeAsync());
        var line = Assert.Single(run.Errors);
        Assert.Contains($"Port {state.PortBase + 80} (gate web) is taken", line, StringComparison.Ordinal);
        Assert.Contains("--ports", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithAPrerequisiteMissing_SaysWhichInOneLine()
    {
        using var state = new SampleState();
        await using var run = SampleRun.Start(state, [], ("KAFKA_HOME", state["nowhere"]));

        Assert.Equal(1, await run.ExitCodeAsync());
        Assert.Contains("KAFKA_HOME", Assert.Single(run.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithAProjectThatDoesNotStart_ShowsItsWordsAndStopsTheRest()
    {
        using var state = new SampleState();
        await using var run = SampleRun.Start(state, [], ("BREAK_BETA", "1"));

        Assert.Equal(1, await run.ExitCodeAsync());
        Assert.StartsWith("beta ", run.Errors[0], StringComparison.Ordinal);
        Assert.Contains(run.Errors, line => line.Contains("broken on purpose", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Output, line => line.StartsWith("[gate]", StringComparison.Ordinal));
        AssertLog(state, "postgres", "database system is shut down");
    }

    [Fact]
    public async Task Run_WithExternalResources_StartsNeitherDatabaseNorBroker()
    {
        using var state = new SampleState();
        var cluster = await TestPostgres.ClusterAsync();
        await using var run = await SampleRun.Start(
            state,
            ["--replicas", "alpha=1"],
            ("ConnectionStrings__postgres", cluster.ServerConnectionString),
            ("ConnectionStrings__kafka", "127.0.0.1:1")).ReadyAsync();

        Assert.Equal(["alpha", "beta", "gate"], run.Children.Select(child => child.Name).Order(StringComparer.Ordinal));
        var alpha = await run.EnvironmentOfAsync("alpha");
        Assert.Equal("127.0.0.1:1", (string?)alpha["ConnectionStrings__kafka"]);
        await using var connection = new NpgsqlConnection((string)alpha["ConnectionStrings__things"]!);
        await connection.OpenAsync();
        Assert.Equal(cluster.Port, connection.Port);
        Assert.Equal("things", connection.Database);
    }

    private static void AssertLog(SampleState state, string name, string words) =>
        Assert.Contains(words, LogTail.Read(state[$"logs/{name}.log"]), StringComparison.Ordinal);

    private static void AssertOrder(IReadOnlyList<string> lines, params string[] starts)
    {
        var places = starts
            .Select(start => lines.ToList().FindIndex(line => line.StartsWith(start, StringComparison.Ordinal)))
            .ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    private static async Task<object?> ExecuteAsync(SampleState state, string sql)
    {
        var server = (string)state.RunFile["postgres"]!;
        await using var connection = new NpgsqlConnection($"{server};Database=things;Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
