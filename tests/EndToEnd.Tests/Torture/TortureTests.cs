using System.Collections.Concurrent;
using EndToEnd.Tests.Harness;
using Mesh.Provisioning;

namespace EndToEnd.Tests.Torture;

/// <summary>A small share of <c>bench torture</c>: parts of a busy mesh are killed, stopped and stalled.</summary>
public sealed class TortureTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private static readonly string[] Share =
        ["--kills", "2", "--zombies", "1", "--database", "1", "--broker", "1", "--stalls", "1", "--seed", "1"];

    /// <summary>Every effect came about once, in order, and no zombie answered for what it had lost.</summary>
    [Fact]
    public async Task Mesh_KilledStoppedAndStalledUnderLoad_Holds()
    {
        ConcurrentQueue<string> words = new();
        await using ChildProcess bench = ChildProcess.Start(new ChildProcessOptions
        {
            FileName = "dotnet",
            Arguments = [Built.Bench, "torture", .. Share],
            WorkingDirectory = Path.GetTempPath(),
            OnOutput = words.Enqueue,
            OnError = words.Enqueue,
        });
        int code = await bench.Exited.WaitAsync(Limit);
        Assert.True(code == 0, $"The torture ended with {code}:\n{string.Join('\n', words)}");
        Assert.Contains("held", words);
    }
}
