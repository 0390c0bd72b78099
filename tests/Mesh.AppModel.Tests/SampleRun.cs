using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Mesh.Provisioning;

namespace Mesh.AppModel.Tests;

/// <summary>One run of SampleHost: a real host with real children, in a state directory and a port block of its own.</summary>
internal sealed class SampleRun : IAsyncDisposable
{
    private const string Running = "Everything runs.";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ChildProcess _host;

    private SampleRun(SampleState state, IReadOnlyList<string> command, Dictionary<string, string?> variables)
    {
        State = state;
        _host = ChildProcess.Start(new ChildProcessOptions
        {
            FileName = "dotnet",
            Arguments = command,
            Environment = variables,
            OnOutput = line =>
            {
                _output.Enqueue(line);
                if (line.StartsWith(Running, StringComparison.Ordinal))
                {
                    _running.TrySetResult();
                }
            },
            OnError = _errors.Enqueue,
        });
    }

    internal SampleState State { get; }

    internal int ProcessId => _host.Id;

    internal IReadOnlyList<string> Output => [.. _output];

    internal IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>The children, as run.json names them.</summary>
    internal IReadOnlyList<(string Name, int Id, string Url)> Children =>
    [
        .. State.RunFile["processes"]!.AsArray().Select(entry =>
            ((string)entry!["name"]!, (int)entry["pid"]!, (string)entry["url"]!)),
    ];

    /// <summary>Starts the host's program itself.</summary>
    internal static SampleRun Start(SampleState state, string[]? arguments = null, params (string, string)[] variables) =>
        new(state, [SampleState.HostAssembly, .. state.Arguments, .. arguments ?? []], Environment(variables));

    /// <summary>Starts the host by dotnet run.</summary>
    internal static SampleRun StartByDotnetRun(SampleState state) => new(
        state,
        ["run", "--no-build", "--configuration", SampleState.Configuration, "--project", SampleState.HostProject, "--", .. state.Arguments],
        Environment([]));

    internal static bool IsAlive(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    internal static async Task UntilAsync(string what, Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Limit, $"Not within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(Beat);
        }
    }

    /// <summary>Waits until the host says that everything runs; fails with its words when it ends instead.</summary>
    internal async Task<SampleRun> ReadyAsync()
    {
        await Task.WhenAny(_running.Task, _host.Exited).WaitAsync(Limit);
        Assert.True(_running.Task.IsCompleted, string.Join('\n', [.. Output, .. Errors]));
        return this;
    }

    internal void Signal(PosixSignalName signal) => _host.Signal(signal);

    internal Task<int> ExitCodeAsync() => _host.Exited.WaitAsync(Limit);

    internal static async Task<JsonNode> GetAsync(string url, Version version)
    {
        using var client = new HttpClient { DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        return JsonNode.Parse(await client.GetStringAsync(new Uri(url)))!;
    }

    internal async Task<JsonNode> EnvironmentOfAsync(string name) => await GetAsync(
        Children.Single(child => child.Name == name).Url + "/env",
        name.StartsWith("alpha", StringComparison.Ordinal) ? HttpVersion.Version20 : HttpVersion.Version11);

    internal Task AllGoneAsync(IEnumerable<(string Name, int Id, string Url)> children) =>
        UntilAsync("every child is gone", () => !children.Any(child => IsAlive(child.Id)));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static Dictionary<string, string?> Environment(IEnumerable<(string Name, string Value)> variables)
    {
        // What the developer's own shell names must not decide what these tests start.
        var environment = new Dictionary<string, string?>
        {
            ["KAFKA_HOME"] = null,
            ["ConnectionStrings__postgres"] = null,
            ["ConnectionStrings__kafka"] = null,
        };
        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }

        return environment;
    }
}
