using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Mesh.Provisioning;

namespace EndToEnd.Tests.Harness;

/// <summary>What a mesh is made of, where that is not the default.</summary>
/// <param name="Replicas">Instances of each deciding service.</param>
/// <param name="KafkaHome">An Apache Kafka to run instead of the embedded broker; null: the embedded one.</param>
/// <param name="Doors">Instances of Ingestion.</param>
internal sealed record MeshSetup(int Replicas = 1, string? KafkaHome = null, int Doors = 1)
{
    private static readonly string[] Deciding = ["quests", "sessions", "rewards", "leaderboard"];

    /// <summary>AppHost's arguments.</summary>
    internal IEnumerable<string> Arguments => Deciding.Where(_ => Replicas > 1)
        .Select(service => (service, Replicas))
        .Concat(Doors > 1 ? [("ingestion", Doors)] : [])
        .SelectMany(many => (string[])["--replicas", $"{many.Item1}={many.Item2}"]);
}

/// <summary>A whole mesh: AppHost as a child process, with all that it starts. It does not outlive the tests.</summary>
internal sealed class RunningMesh : IAsyncDisposable
{
    private static readonly string[] Settings =
        ["KAFKA_HOME", "ConnectionStrings__postgres", "ConnectionStrings__kafka"];

    private readonly ConcurrentQueue<string> _words = new();
    private readonly MeshState _state;
    private readonly ChildProcess _host;
    private Services? _services;
    private JsonNode? _run;

    private RunningMesh(MeshState state, bool fresh, MeshSetup setup)
    {
        _state = state;
        _host = ChildProcess.Start(new ChildProcessOptions
        {
            FileName = "dotnet",
            Arguments =
                [Built.AppHost, .. state.Arguments, .. (string[])(fresh ? ["--fresh"] : []), .. setup.Arguments],

            // What the developer's own shell names must not decide what these tests start.
            Environment = Settings.ToDictionary(
                name => name, name => name == "KAFKA_HOME" ? setup.KafkaHome : null),
            OnOutput = _words.Enqueue,
            OnError = _words.Enqueue,
        });
    }

    /// <summary>The calls of the gateway.</summary>
    internal Services Services => _services ??= new Services(new Uri(Run("gateway")));

    /// <summary>The databases.</summary>
    internal Stores Stores => new(Run("postgres"));

    /// <summary>The broker's address.</summary>
    internal string Broker => Run("broker");

    /// <summary>The parts that AppHost has started, by name.</summary>
    internal IReadOnlyDictionary<string, int> Processes => Known["processes"]!.AsArray()
        .ToDictionary(part => (string)part!["name"]!, part => (int)part!["pid"]!);

    /// <summary>The part that answers at an address.</summary>
    internal string PartAt(string url) => (string)Known["processes"]!.AsArray()
        .Single(part => ((string?)part!["url"])?.TrimEnd('/') == url.TrimEnd('/'))!["name"]!;

    private JsonNode Known => _run ?? throw new InvalidOperationException("The mesh has not been up.");

    /// <summary>Starts a mesh; returns when it says where it is and the gateway finds every service well.</summary>
    internal static async Task<RunningMesh> StartAsync(MeshState state, bool fresh = true, MeshSetup? setup = null)
    {
        RunningMesh mesh = new(state, fresh, setup ?? new MeshSetup());
        try
        {
            await Until.TrueAsync("there is a run.json", () => mesh.IsUp(File.Exists(state.RunFile)));
            mesh._run = JsonNode.Parse(await File.ReadAllTextAsync(state.RunFile));
            await mesh.IsWellAsync();
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the gateway finds every instance of every service well.</summary>
    internal async Task IsWellAsync()
    {
        using HttpClient client = new();
        Uri health = new(new Uri(Run("gatewayWeb")), "/health");
        await Until.AnswerAsync("the mesh is well", () => AskAsync(client, health), answer => IsUp(answer == "200"));
    }

    /// <summary>Kills one of its parts by kill -9, and waits until AppHost has started it again.</summary>
    internal async Task KillPartAsync(string part)
    {
        int before = Processes[part];
        using (Process process = Process.GetProcessById(before))
        {
            process.Kill();
        }

        await Until.TrueAsync($"{part} runs again", () =>
        {
            _run = JsonNode.Parse(File.ReadAllText(_state.RunFile));
            return IsUp(Processes.TryGetValue(part, out int now) && now != before);
        });
    }

    /// <summary>Stops one of its parts where it stands, as if its machine hung, until it is told to go on.</summary>
    internal void Pause(string part) => Signal(part, "-STOP");

    /// <summary>Lets a part go on that was stopped by <see cref="Pause"/>.</summary>
    internal void GoOn(string part) => Signal(part, "-CONT");

    /// <summary>Stops it as a terminal or a supervisor does. Returns AppHost's exit code.</summary>
    internal Task<int> StopAsync()
    {
        _host.Signal(PosixSignalName.Term);
        return _host.Exited.WaitAsync(Until.Limit);
    }

    /// <summary>Stops it, and fails unless that went well: the exit code is 0, and nothing is left behind.</summary>
    internal async Task StopCleanlyAsync()
    {
        int code = await StopAsync();
        Assert.True(code == 0, $"AppHost ended with {code}:\n{string.Join('\n', _words)}");
        Assert.Empty(Alive());
        Assert.False(File.Exists(_state.RunFile), "run.json exists although nothing runs.");
    }

    /// <summary>Kills AppHost, and only AppHost, by kill -9.</summary>
    internal Task KillAsync()
    {
        _host.Signal(PosixSignalName.Kill);
        return _host.Exited.WaitAsync(Until.Limit);
    }

    /// <summary>Those of its parts that still run.</summary>
    internal IReadOnlyList<string> Alive() => [.. Processes.Where(part => Lives(part.Value)).Select(part => part.Key)];

    /// <summary>Waits until none of its parts runs.</summary>
    internal Task AllGoneAsync() => Until.AnswerAsync(
        "no part is left",
        () => Task.FromResult(string.Join(", ", Alive())),
        alive => alive.Length == 0);

    /// <summary>Runs the tool against this mesh, whatever becomes of it.</summary>
    internal Task<ToolRun> ToolAsync(params string[] arguments) =>
        ToolRun.OfAsync([.. arguments, "--gateway", Run("gateway")]);

    /// <summary>Replays a file; fails unless every row is accepted.</summary>
    internal async Task<ReplayAnswer> ReplayAsync(string file, string game, params string[] options)
    {
        ToolRun run = await ToolAsync(["replay", file, "--game", game, "--json", .. options]);
        return ToolAnswers.Read<ReplayAnswer>(run.Succeeded());
    }

    /// <summary>A game's books, in the tool's words; fails unless they agree.</summary>
    internal async Task<string> VerifyAsync(string game) => (await AuditAsync(game)).Succeeded();

    /// <summary>The same, whether they agree or not yet.</summary>
    internal Task<ToolRun> AuditAsync(string game) =>
        ToolAsync("verify", game, "--json", "--broker", Broker);

    /// <summary>The first hundred of a game, in the tool's words.</summary>
    internal async Task<string> TopAsync(string game) =>
        (await ToolAsync("top", game, "--limit", "100", "--json")).Succeeded();

    public async ValueTask DisposeAsync()
    {
        _services?.Dispose();
        await _host.StopAsync(Until.Limit);
        await _host.DisposeAsync();
    }

    private static async Task<string> AskAsync(HttpClient client, Uri health)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(health);
            return $"{(int)response.StatusCode}";
        }
        catch (HttpRequestException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>Whether a process runs; one that has ended and that nobody has asked after yet does not.</summary>
    private static bool Lives(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Signal(string part, string signal)
    {
        using Process kill = Process.Start("kill", [signal, $"{Processes[part]}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private bool IsUp(bool answer)
    {
        Assert.False(_host.HasExited, $"AppHost has ended:\n{string.Join('\n', _words)}");
        return answer;
    }

    private string Run(string key) => (string)Known[key]!;
}
