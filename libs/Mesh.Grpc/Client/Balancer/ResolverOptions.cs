using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Balancer;

/// <summary>What a <see cref="ResolverFactory"/> is told.</summary>
public sealed class ResolverOptions
{
    internal ResolverOptions(
        Uri address, int defaultPort, ILoggerFactory loggerFactory, GrpcChannelOptions channelOptions)
    {
        Address = address;
        DefaultPort = defaultPort;
        LoggerFactory = loggerFactory;
        ChannelOptions = channelOptions;
    }

    /// <summary>The address of the channel.</summary>
    public Uri Address { get; }

    /// <summary>The port where the address names none: 443 with TLS, 80 without.</summary>
    public int DefaultPort { get; }

    /// <summary>Whether the channel ignores a service config.</summary>
    public bool DisableServiceConfig => ChannelOptions.DisableResolverServiceConfig;

    /// <summary>Makes loggers.</summary>
    public ILoggerFactory LoggerFactory { get; }

    /// <summary>The options of the channel.</summary>
    public GrpcChannelOptions ChannelOptions { get; }
}
