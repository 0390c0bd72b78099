using System.Collections.Concurrent;
using System.Globalization;
using Mesh.Bench.Measuring;
using Mesh.Provisioning;

namespace Mesh.Bench.Running;

/// <summary>How a mesh is started.</summary>
/// <param name="Keep">Whether data and logs stay.</param>
internal sealed record MeshOptions(bool Keep)
{
    /// <summary>Arguments of AppHost, beside state and ports.</summary>
    internal IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables of AppHost and of all that it starts.</summary>
    internal IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();
}

/// <summary>
/// A whole mesh of its own: AppHost as a child process, on free ports, with its state in a temporary directory that
/// goes with it.
/// </summary>
internal sealed class RunningMesh : IAsyncDisposable
{
    private const int LastLines = 30;

    // AppHost's block of fixed ports: gateway, its web side, broker, PostgreSQL.
    private static readonly int[] Block = [0, 80, 92, 432];
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ChildProcess _host;
    private readonly string _state;
    private RunFile? _run;

    private RunningMesh(Layout layout, MeshOptions options)
    {
        Keep = options.Keep;
        _state = Directory.CreateTempSubdirectory("mesh-bench-").FullName;
        string ports = FreeBlock().ToString(CultureInfo.InvariantCulture);
        _host = Programs.Start(
            layout.Assembly("AppHost", "AppHost"),
            ["--fresh", "--state", _state, "--ports", ports, .. options.Arguments],
            Take,
            Take,
            options.Environment);
    }

    internal string Gateway => Run.Gateway;

    internal string Broker => Run.Broker;

    /// <summary>Data, logs and whatever a scenario needs for as long as the mesh runs.</summary>
    internal string StateDirectory => _state;

    /// <summary>Whether the state directory stays.</summary>
    internal bool Keep { get; set; }

    /// <summary>Completes when AppHost has ended.</summary>
    internal Task Ended => _host.Exited;

    /// <summary>What to measure: AppHost without its children, and every part with its own.</summary>
    internal IReadOnlyList<MeshProcess> Processes =>
    [
        new MeshProcess("apphost", Run.Host, WithChildren: false),
        .. Run.Processes.Select(part => new MeshProcess(part.Name, part.Pid, WithChildren: true)),
    ];

    private string RunFilePath => Path.Combine(_state, "run.json");

    private RunFile Run => _run ?? throw new InvalidOperationException("The mesh has not started.");

    /// <summary>Starts everything and returns when all of it is healthy.</summary>
    /// <exception cref="BenchException">It did not start; the message holds AppHost's last lines.</exception>
    internal static async Task<RunningMesh> StartAsync(
        Layout layout, MeshOptions options, CancellationToken cancellation)
    {
        RunningMesh mesh = new(layout, options);
        try
        {
            await mesh.WaitForRunFileAsync(cancellation);
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>What runs now: parts that were started again have other process ids.</summary>
    internal RunFile Now() => RunFile.Read(RunFilePath);

    /// <summary>Why the mesh is gone, for people.</summary>
    internal BenchException Death() => new($"The mesh has ended. Its last lines:\n{string.Join('\n', _lines)}");

    /// <summary>
    /// Returns when what was written so far is on the disk. The kernel writes it later otherwise, and flushes of what
    /// is measured wait behind that: of one disk for the topics and every database, which those who have much do not
    /// share.
    /// </summary>
    internal async Task SettleDiskAsync(CancellationToken cancellation)
    {
        await using ChildProcess sync = ChildProcess.Start(new ChildProcessOptions
        {
            FileName = "sync",
            Arguments = ["--file-system", _state],
        });
        await sync.Exited.WaitAsync(cancellation);
    }

    /// <summary>Stops everything and removes the state directory, unless it is to be kept.</summary>
    public async ValueTask DisposeAsync()
    {
        // Killed, its children would notice and stop by themselves: so nothing stays behind either way.
        await _host.StopAsync(StopLimit);
        await _host.DisposeAsync();
        if (Keep)
        {
            await Console.Error.WriteLineAsync($"bench: data and logs are kept in {_state}");
        }
        else
        {
            Directory.Delete(_state, recursive: true);
        }
    }

    private static int FreeBlock()
    {
        for (int attempt = 0; attempt < 100; attempt++)
        {
            int first = FreePorts.Next();
            if (FreePorts.FirstTaken(Block.Select(offset => first + offset)) is null)
            {
                return first;
            }
        }

        throw new BenchException("There is no free block of ports.");
    }

    private async Task WaitForRunFileAsync(CancellationToken cancellation)
    {
        // The file appears whole, by a rename, when everything is healthy.
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartLimit);
        using PeriodicTimer timer = new(Beat);
        try
        {
            while (!File.Exists(RunFilePath))
            {
                if (_host.HasExited)
                {
                    await _host.Exited;
                    throw Death();
                }

                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BenchException($"The mesh has not started within {StartLimit}:\n{string.Join('\n', _lines)}");
        }

        _run = Now();
    }

    private void Take(string line)
    {
        _lines.Enqueue(line);
        while (_lines.Count > LastLines)
        {
            _lines.TryDequeue(out _);
        }
    }
}
