using System.Collections.Concurrent;
using System.Globalization;
using Mesh.Provisioning.Linux;

namespace Mesh.Provisioning.Tests;

public sealed class ChildProcessTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Exited_AfterTheProgramEnded_HasItsCodeAndAllItsLines()
    {
        var lines = new ConcurrentQueue<string>();
        await using var child = Shell("echo out; echo err >&2; echo $GREETING; exit 7", lines.Enqueue);

        Assert.Equal(7, await Deadline.WithinAsync(child.Exited));
        Assert.Equal(["err", "hello", "out"], lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Id_BehindItsWrappers_IsThatOfTheProgram()
    {
        var lines = new ConcurrentQueue<string>();
        await using var child = Shell("echo $$", lines.Enqueue);
        await Deadline.WithinAsync(child.Exited);

        Assert.Equal(child.Id.ToString(CultureInfo.InvariantCulture), Assert.Single(lines));
    }

    [Fact]
    public async Task Stop_OfAProgramThatListens_IsClean()
    {
        var ready = new TaskCompletionSource();
        await using var child = Shell(
            "trap 'exit 3' TERM; echo ready; while :; do read x; done", _ => ready.TrySetResult());
        await Deadline.WithinAsync(ready.Task);

        Assert.True(await child.StopAsync(Long));
        Assert.Equal(3, await child.Exited);
    }

    [Fact]
    public async Task Stop_OfAProgramThatIsDeaf_KillsIt()
    {
        var ready = new TaskCompletionSource();
        await using var child = Shell("trap '' TERM; echo ready; while :; do read x; done", _ => ready.TrySetResult());
        await Deadline.WithinAsync(ready.Task);

        Assert.False(await child.StopAsync(TimeSpan.FromMilliseconds(100)));
        Assert.Equal(128 + 9, await child.Exited);
    }

    [Fact]
    public async Task Dispose_OfARunningProgram_LeavesNoProcess()
    {
        var child = Shell("exec cat", _ => { });
        var id = child.Id;
        Assert.True(Machine.IsAlive(id));

        await child.DisposeAsync();

        Assert.False(Machine.IsAlive(id));
    }

    [Fact]
    public async Task LogFile_WhenNamed_IsAppendedTo()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["log"], "before\n");
        await using var child = ChildProcess.Start(new ChildProcessOptions
        {
            FileName = "sh",
            Arguments = ["-c", "echo out; echo err >&2"],
            LogFile = folder["log"],
        });
        await Deadline.WithinAsync(child.Exited);

        Assert.Equal("before\nout\nerr\n", await File.ReadAllTextAsync(folder["log"]));
    }

    [Fact]
    public void Start_OfAProgramThatIsNotThere_NamesIt()
    {
        var error = Assert.Throws<ProvisioningException>(
            () => ChildProcess.Start(new ChildProcessOptions { FileName = "no-such-program" }));

        Assert.Contains("no-such-program", error.Message, StringComparison.Ordinal);
    }

    private static ChildProcess Shell(string script, Action<string> line) => ChildProcess.Start(new ChildProcessOptions
    {
        FileName = "sh",
        Arguments = ["-c", script],
        Environment = new Dictionary<string, string?> { ["GREETING"] = "hello" },
        OnOutput = line,
        OnError = line,
    });
}
