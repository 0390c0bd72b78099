namespace Grpc.Net.Client.Balancer;

/// <summary>
/// Turns the address of a channel into those that can be connected to, which may change with time. It need not notice
/// failures by itself: the channel asks for a refresh when a connection is lost or cannot be made.
/// </summary>
public abstract class Resolver : IDisposable
{
    /// <summary>Tells whom to tell; called once.</summary>
    /// <param name="listener">Takes each result.</param>
    public abstract void Start(Action<ResolverResult> listener);

    /// <summary>Asks for a new result; a hint, and the first one comes after <see cref="Start"/>.</summary>
    public virtual void Refresh()
    {
    }

    /// <summary>Ends it: no result follows.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends it.</summary>
    /// <param name="disposing">True unless called by a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
