using Grpc.Net.Client.Internal.Connections;

namespace Grpc.Net.Client.Balancer;

/// <summary>Resolves addresses like <c>static:///anything</c> to addresses that a function knows.</summary>
public sealed class StaticResolverFactory : ResolverFactory
{
    private readonly Func<Uri, IEnumerable<BalancerAddress>> _addresses;

    /// <summary>Creates a factory.</summary>
    /// <param name="addressesCallback">Asked once for each channel, with the channel's address.</param>
    public StaticResolverFactory(Func<Uri, IEnumerable<BalancerAddress>> addressesCallback)
    {
        ArgumentNullException.ThrowIfNull(addressesCallback);
        _addresses = addressesCallback;
    }

    /// <inheritdoc/>
    public override string Name => "static";

    /// <inheritdoc/>
    public override Resolver Create(ResolverOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new StaticResolver([.. _addresses(options.Address)]);
    }
}
