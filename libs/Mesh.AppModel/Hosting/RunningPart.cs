using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>Something that runs, or runs elsewhere and is used.</summary>
internal sealed record RunningPart
{
    internal required Resource Resource { get; init; }

    internal required string Name { get; init; }

    internal required string Url { get; init; }

    /// <summary>Null for what runs elsewhere.</summary>
    internal int? ProcessId { get; init; }

    /// <summary>Completes with the exit code when the process ends; never, for what runs elsewhere.</summary>
    internal Task<int> Exited { get; init; } = new TaskCompletionSource<int>().Task;

    /// <summary>
    /// Waits until it answers, its process ends or the time is up: null when it answers, else what is wrong.
    /// </summary>
    internal Func<TimeSpan, CancellationToken, Task<string?>> WaitUntilReadyAsync { get; init; } =
        (_, _) => Task.FromResult<string?>(null);

    /// <summary>Stops it and gives back what it holds; once it has ended, only the latter.</summary>
    internal Func<Task> StopAsync { get; init; } = () => Task.CompletedTask;

    internal string? LogFile { get; init; }

    internal string LastLines => LogFile is null ? "" : LogTail.Read(LogFile);
}
