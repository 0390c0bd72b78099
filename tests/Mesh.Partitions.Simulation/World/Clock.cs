namespace Mesh.Partitions.Simulation.World;

/// <summary>Virtual time in milliseconds, and what happens when; at one moment, what was planned first.</summary>
internal sealed class Clock
{
    private readonly PriorityQueue<Action, long> _plan = new();
    private long _planned;

    public long Now { get; private set; }

    public void At(long time, Action action) => _plan.Enqueue(action, (Math.Max(time, Now) << 32) | _planned++);

    public void In(long milliseconds, Action action) => At(Now + milliseconds, action);

    /// <summary>Does the next thing; false: nothing is planned.</summary>
    public bool Step()
    {
        if (!_plan.TryDequeue(out Action? action, out long key))
        {
            return false;
        }

        Now = key >> 32;
        action();
        return true;
    }
}
