namespace Grpc.Core;

/// <summary>How a channel is secured, and what its calls prove. Immutable.</summary>
public abstract class ChannelCredentials
{
    private protected ChannelCredentials()
    {
    }

    /// <summary>No TLS.</summary>
    public static ChannelCredentials Insecure { get; } = new InsecureCredentials();

    /// <summary>TLS with the certificate authorities that the operating system trusts.</summary>
    public static ChannelCredentials SecureSsl { get; } = new SslCredentials();

    /// <summary>Whether the channel speaks TLS.</summary>
    internal abstract bool IsSecure { get; }

    /// <summary>What every call of the channel proves; null for nothing.</summary>
    internal virtual CallCredentials? CallCredentials => null;

    /// <summary>Adds call credentials to those of a channel.</summary>
    /// <param name="channelCredentials">How the channel is secured; not <see cref="Insecure"/>.</param>
    /// <param name="callCredentials">What each of its calls proves.</param>
    /// <returns>The joined credentials.</returns>
    /// <exception cref="ArgumentException">The channel is not secure, or has call credentials already.</exception>
    public static ChannelCredentials Create(ChannelCredentials channelCredentials, CallCredentials callCredentials)
    {
        ArgumentNullException.ThrowIfNull(channelCredentials);
        ArgumentNullException.ThrowIfNull(callCredentials);
        return channelCredentials is SslCredentials
            ? new Composed(channelCredentials, callCredentials)
            : throw new ArgumentException(
                "Call credentials go with secure channel credentials alone, such as ChannelCredentials.SecureSsl.",
                nameof(channelCredentials));
    }

    private sealed class InsecureCredentials : ChannelCredentials
    {
        internal override bool IsSecure => false;
    }

    private sealed class Composed(ChannelCredentials channel, CallCredentials call) : ChannelCredentials
    {
        internal override bool IsSecure => channel.IsSecure;

        internal override CallCredentials CallCredentials => call;
    }
}
