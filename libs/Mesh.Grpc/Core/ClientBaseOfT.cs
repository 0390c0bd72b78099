namespace Grpc.Core;

/// <summary>The base of every generated client.</summary>
/// <typeparam name="T">The generated client itself.</typeparam>
public abstract class ClientBase<T> : ClientBase
    where T : ClientBase<T>
{
    /// <summary>Creates a client for a test double.</summary>
    protected ClientBase()
    {
    }

    /// <summary>Creates a client.</summary>
    /// <param name="configuration">What it calls through.</param>
    protected ClientBase(ClientBaseConfiguration configuration)
        : base(configuration)
    {
    }

    /// <summary>Creates a client over a channel.</summary>
    /// <param name="channel">The channel.</param>
    protected ClientBase(ChannelBase channel)
        : base(channel)
    {
    }

    /// <summary>Creates a client over a call invoker.</summary>
    /// <param name="callInvoker">The call invoker.</param>
    protected ClientBase(CallInvoker callInvoker)
        : base(callInvoker)
    {
    }

    /// <summary>Makes a client that names another host than its channel's.</summary>
    /// <param name="host">The authority to name.</param>
    /// <returns>A new client.</returns>
    public T WithHost(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return NewInstance(Configuration.WithHost(host));
    }

    /// <summary>Makes another client of the same type.</summary>
    /// <param name="configuration">What it calls through.</param>
    /// <returns>A new client.</returns>
    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}
