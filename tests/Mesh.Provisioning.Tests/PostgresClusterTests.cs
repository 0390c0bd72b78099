using System.Globalization;
using Mesh.Provisioning.Linux;
using Npgsql;

namespace Mesh.Provisioning.Tests;

public sealed class PostgresClusterTests
{
    // SIGSTOP and SIGCONT of Linux.
    private const int Stop = 19;
    private const int Continue = 18;

    [Fact]
    public async Task Start_StoppedAndStartedAgain_KeepsItsData()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await StartAsync(folder["data"]))
        {
            await first.CreateDatabaseAsync("things");
            await first.CreateDatabaseAsync("things");
            await ExecuteAsync(first, "CREATE TABLE kept AS SELECT 42 AS answer");
        }

        await using var second = await StartAsync(folder["data"]);

        Assert.Equal(42, await ExecuteAsync(second, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Start_AfterTheServerWasKilled_RecoversOverItsStalePidFile()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await StartAsync(folder["data"]))
        {
            await first.CreateDatabaseAsync("things");
            await ExecuteAsync(first, "CREATE TABLE kept AS SELECT 42 AS answer");
            _ = LibC.Kill(first.ProcessId, (int)PosixSignalName.Kill);
            await Deadline.WithinAsync(first.Exited);
            Assert.True(File.Exists(folder["data/postmaster.pid"]));
        }

        await using var second = await StartAsync(folder["data"]);

        Assert.Equal(42, await ExecuteAsync(second, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Start_WhileABackendOutlivesTheServer_WaitsForItsEnd()
    {
        using var folder = new TemporaryFolder();
        await using var first = await StartAsync(folder["data"]);
        var child = int.Parse(
            File.ReadAllText($"/proc/{first.ProcessId}/task/{first.ProcessId}/children").Split(' ')[0],
            CultureInfo.InvariantCulture);
        _ = LibC.Kill(child, Stop);
        _ = LibC.Kill(first.ProcessId, (int)PosixSignalName.Kill);
        await Deadline.WithinAsync(first.Exited);

        var starting = StartAsync(folder["data"]);
        Assert.NotSame(starting, await Task.WhenAny(starting, Task.Delay(TimeSpan.FromSeconds(1))));
        _ = LibC.Kill(child, Continue);

        await using var second = await starting;
    }

    [Fact]
    public async Task Start_OnADirectoryWhoseServerRuns_SaysWhoseInOneLine()
    {
        using var folder = new TemporaryFolder();
        await using var first = await StartAsync(folder["data"]);

        var error = await Assert.ThrowsAsync<ProvisioningException>(() => StartAsync(folder["data"]));

        Assert.Contains($"process {first.ProcessId}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task Start_OnATakenPort_NamesThePort()
    {
        using var folder = new TemporaryFolder();
        await using var first = await StartAsync(folder["data"]);

        var error = await Assert.ThrowsAsync<ProvisioningException>(() => PostgresCluster.StartAsync(
            new PostgresOptions { DataDirectory = folder["other"], Port = first.Port, Durable = false }));

        Assert.Contains($"Port {first.Port} is taken", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OnAFolderThatHoldsOtherFiles_LeavesThemAlone()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        await File.WriteAllTextAsync(folder["data/letter.txt"], "dear");

        await Assert.ThrowsAsync<ProvisioningException>(() => StartAsync(folder["data"]));

        Assert.Equal(["letter.txt"], Directory.GetFiles(folder["data"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Start_WithASettingTheServerRefuses_ShowsTheServersWords()
    {
        using var folder = new TemporaryFolder();

        var error = await Assert.ThrowsAsync<ProvisioningException>(() => PostgresCluster.StartAsync(new PostgresOptions
        {
            DataDirectory = folder["data"],
            Durable = false,
            Settings = new Dictionary<string, string> { ["shared_buffers"] = "plenty" },
        }));

        Assert.Contains("shared_buffers", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_ByDefault_KeepCommitsDurable()
    {
        using var folder = new TemporaryFolder();
        await using var cluster = await PostgresCluster.StartAsync(
            new PostgresOptions { DataDirectory = folder["data"] });
        await cluster.CreateDatabaseAsync("things");

        Assert.Equal("on", await ExecuteAsync(cluster, "SHOW fsync"));
        Assert.Equal("on", await ExecuteAsync(cluster, "SHOW synchronous_commit"));
        Assert.Equal("UTF8", await ExecuteAsync(cluster, "SHOW server_encoding"));
        Assert.Equal("", await ExecuteAsync(cluster, "SHOW unix_socket_directories"));
    }

    private static Task<PostgresCluster> StartAsync(string directory) =>
        PostgresCluster.StartAsync(new PostgresOptions { DataDirectory = directory, Durable = false });

    private static async Task<object?> ExecuteAsync(PostgresCluster cluster, string sql)
    {
        await using var connection = new NpgsqlConnection(cluster.ConnectionString("things") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
