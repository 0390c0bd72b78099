namespace Grpc.Core;

/// <summary>The base of every generated client, without its type.</summary>
public abstract class ClientBase
{
    private readonly ClientBaseConfiguration? _configuration;

    /// <summary>Creates a client for a test double.</summary>
    protected ClientBase()
    {
    }

    /// <summary>Creates a client.</summary>
    /// <param name="configuration">What it calls through.</param>
    protected ClientBase(ClientBaseConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _configuration = configuration;
    }

    /// <summary>Creates a client over a channel.</summary>
    /// <param name="channel">The channel.</param>
    protected ClientBase(ChannelBase channel)
        : this(new ClientBaseConfiguration(Invoker(channel), null))
    {
    }

    /// <summary>Creates a client over a call invoker.</summary>
    /// <param name="callInvoker">The call invoker.</param>
    protected ClientBase(CallInvoker callInvoker)
        : this(new ClientBaseConfiguration(callInvoker, null))
    {
    }

    /// <summary>What the client calls through.</summary>
    protected CallInvoker CallInvoker => Configuration.CallInvoker;

    private protected ClientBaseConfiguration Configuration => _configuration
        ?? throw new NotSupportedException("This client was created without a channel and cannot make calls.");

    private static CallInvoker Invoker(ChannelBase channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.CreateCallInvoker();
    }

    /// <summary>What a client calls through. Opaque.</summary>
    protected internal class ClientBaseConfiguration
    {
        internal ClientBaseConfiguration(CallInvoker callInvoker, string? host)
        {
            ArgumentNullException.ThrowIfNull(callInvoker);
            Undecorated = callInvoker;
            CallInvoker = host is null ? callInvoker : new HostCallInvoker(callInvoker, host);
        }

        internal CallInvoker CallInvoker { get; }

        private CallInvoker Undecorated { get; }

        internal ClientBaseConfiguration WithHost(string host) => new(Undecorated, host);
    }
}
