namespace Grpc.Core;

/// <summary>A way to a server, over which any number of calls can be made at the same time.</summary>
public abstract class ChannelBase
{
    /// <summary>Creates a channel.</summary>
    /// <param name="target">What the channel leads to, for people.</param>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary>What the channel leads to.</summary>
    public string Target { get; }

    /// <summary>Makes what generated clients call through.</summary>
    /// <returns>A call invoker of this channel.</returns>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends the channel: calls under way are cancelled, new ones fail.</summary>
    /// <returns>A task that completes when it has ended.</returns>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <inheritdoc cref="ShutdownAsync"/>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
