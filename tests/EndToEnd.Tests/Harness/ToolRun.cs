using System.Collections.Concurrent;
using Mesh.Provisioning;

namespace EndToEnd.Tests.Harness;

/// <summary>One run of the <c>mesh</c> tool.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Errors">What it printed to standard error.</param>
internal sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    internal static async Task<ToolRun> OfAsync(IReadOnlyList<string> arguments)
    {
        ConcurrentQueue<string> output = new();
        ConcurrentQueue<string> errors = new();
        await using ChildProcess tool = ChildProcess.Start(new ChildProcessOptions
        {
            FileName = "dotnet",
            Arguments = [Built.Tool, .. arguments],
            WorkingDirectory = Path.GetTempPath(),
            OnOutput = output.Enqueue,
            OnError = errors.Enqueue,
        });
        int code = await tool.Exited.WaitAsync(Limit);
        return new ToolRun(code, string.Join('\n', output), string.Join('\n', errors));
    }

    /// <summary>What it printed; fails unless it went well.</summary>
    internal string Succeeded()
    {
        Assert.True(ExitCode == 0, $"mesh ended with {ExitCode}.\n{Output}\n{Errors}");
        return Output;
    }
}
