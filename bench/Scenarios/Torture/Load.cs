using System.Collections.Concurrent;
using System.Diagnostics;
using Mesh.Bench.Running;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>
/// Keeps check-ins coming: so many replays at a time, one after the other, each into a game of its own. A replay that
/// gives up, as a client may whose server is away for too long, is started again with the same file and game.
/// </summary>
internal sealed class Load(MeshCli cli, string file, int speed, Violations violations)
{
    private const int Lines = 2;
    private const int MostAttempts = 10;
    private static readonly TimeSpan ReplayLimit = TimeSpan.FromMinutes(10);
    private readonly ConcurrentQueue<string> _again = new();
    private readonly ConcurrentQueue<Replay> _done = new();
    private volatile bool _enough;

    /// <summary>Replays that ended well.</summary>
    internal IReadOnlyCollection<Replay> Done => _done;

    /// <summary>Why replays were started again.</summary>
    internal IReadOnlyCollection<string> Again => _again;

    /// <summary>Runs until <see cref="Enough"/>, and the replays that are under way have ended.</summary>
    internal Task RunAsync(CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(1, Lines).Select(line => RunLineAsync(line, cancellation)));

    /// <summary>No new replays.</summary>
    internal void Enough() => _enough = true;

    private async Task RunLineAsync(int line, CancellationToken cancellation)
    {
        for (int number = 1; !_enough; number++)
        {
            await ReplayAsync($"torture-{line}-{number}", cancellation);
        }
    }

    private async Task ReplayAsync(string game, CancellationToken cancellation)
    {
        for (int attempt = 1; attempt <= MostAttempts; attempt++)
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(ReplayLimit);
            long began = Stopwatch.GetTimestamp();
            try
            {
                _done.Enqueue(await cli.ReplayAsync(file, game, copies: 1, limit: null, limit.Token, speed));
                return;
            }
            catch (BenchException failure)
            {
                _again.Enqueue(
                    $"{game} after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s: "
                    + failure.Message.Trim().Split('\n')[^1]);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                violations.Add($"The replay into {game} has not ended within {ReplayLimit.TotalMinutes:0} min.", "");
                return;
            }
        }

        violations.Add($"The replay into {game} gave up {MostAttempts} times.", "");
    }
}
