using System.Collections.Concurrent;

namespace Mesh.Provisioning.Linux;

/// <summary>
/// The one thread that starts child processes. The kernel's parent-death signal follows the thread that forked, not the
/// process (prctl(2), PR_SET_PDEATHSIG): a child forked by a pool thread would be signalled when the pool retires that
/// thread. So this thread lives as long as the process.
/// </summary>
internal static class StarterThread
{
    private static readonly BlockingCollection<Action> Work = Start();

    internal static T Run<T>(Func<T> start)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(start());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Action> Start()
    {
        var work = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable())
            {
                action();
            }
        })
        {
            IsBackground = true,
            Name = "child starter",
        };
        thread.Start();
        return work;
    }
}
