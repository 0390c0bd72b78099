using System.Collections.Concurrent;
using Mesh.Provisioning;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>What did not hold, with what was logged around it. Safe for concurrent use.</summary>
/// <param name="logs">The folder of the parts' logs.</param>
internal sealed class Violations(string logs)
{
    private const int MostKept = 50;
    private const int MostWithLogs = 5;
    private readonly ConcurrentQueue<string> _found = new();
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    /// <summary>The first of them.</summary>
    internal IReadOnlyCollection<string> Found => _found;

    /// <summary>Notes one.</summary>
    /// <param name="what">What did not hold.</param>
    /// <param name="service">Whose logs tell of it; empty: all; null: nobody's.</param>
    internal void Add(string what, string? service = null)
    {
        int number = Interlocked.Increment(ref _count);
        if (number > MostKept)
        {
            return;
        }

        string text = $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {what}";
        if (service is not null && number <= MostWithLogs)
        {
            foreach (string log in Directory.EnumerateFiles(logs, service + "*.log").Order(StringComparer.Ordinal))
            {
                text += $"\n{Path.GetFileName(log)}:\n{LogTail.Read(log)}";
            }
        }

        _found.Enqueue(text);
        Progress.Say($"VIOLATION: {what}");
    }
}
