namespace Mesh.Bus;

/// <summary>
/// Work that blocks, as the native client does until a broker answers, on a thread of its own. The pool has as many
/// threads as the process has processors, one perhaps, and gets another after half a second: what blocks there holds up
/// every call.
/// </summary>
public static class OwnThread
{
    /// <summary>Runs it. Cancelling keeps it from starting, and does not end it.</summary>
    public static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation) =>
        Task.Factory.StartNew(work, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Runs it.</summary>
    public static Task RunAsync(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
