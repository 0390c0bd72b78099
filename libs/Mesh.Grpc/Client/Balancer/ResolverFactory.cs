namespace Grpc.Net.Client.Balancer;

/// <summary>
/// Makes resolvers for the addresses of one scheme. A channel finds it among the services of
/// <see cref="GrpcChannelOptions.ServiceProvider"/>.
/// </summary>
public abstract class ResolverFactory
{
    /// <summary>The scheme, such as <c>dns</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Makes a resolver.</summary>
    /// <param name="options">What to resolve, and how.</param>
    /// <returns>The resolver, which the channel disposes of.</returns>
    public abstract Resolver Create(ResolverOptions options);
}
