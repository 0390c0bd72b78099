namespace Mesh.Partitions.Machine;

/// <summary>A command or query on its way through a partition. It ends once: answered or failed.</summary>
/// <param name="Streams">What it needs in memory.</param>
/// <param name="Run">Runs it.</param>
/// <param name="Answer">
/// Called when all that was decided by then is durable: whether a commit has confirmed it, which a stale owner's never
/// is.
/// </param>
/// <param name="Fail">Called when it was not run, or nobody knows what became of it.</param>
internal sealed record Call(
    IReadOnlyCollection<string> Streams,
    Action<IPartitionProcessor, IEventAppender> Run,
    Action<bool> Answer,
    Action<Exception> Fail);
