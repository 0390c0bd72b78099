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

    internal Func<Task> StopAsync { get; init; } = () => Task.CompletedTask;

    internal string? LogFile { get; init; }

    internal string LastLines => LogFile is null ? "" : LogTail.Read(LogFile);
}
