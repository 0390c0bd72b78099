using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>Resolves to what a test says.</summary>
internal sealed class ScriptedFactory(params BalancerAddress[] first) : ResolverFactory
{
    private Scripted? _resolver;

    public override string Name => "script";

    public BalancerAddress[]? Next { get; init; }

    public Exception? Failure { get; init; }

    public ServiceConfig? Config { get; init; }

    public int Asked { get; private set; }

    public override Resolver Create(ResolverOptions options) => _resolver = new Scripted(this);

    public void Tell(ResolverResult result) => _resolver!.Tell(result);

    private BalancerAddress[] AddressesOf(int asked) => asked == 1 ? first : Next!;

    private sealed class Scripted(ScriptedFactory factory) : PollingResolver(NullLoggerFactory.Instance)
    {
        public void Tell(ResolverResult result) => Listener(result);

        protected override Task ResolveAsync(CancellationToken cancellationToken)
        {
            if (factory.Failure is not null)
            {
                throw factory.Failure;
            }

            // Asked again without a change: nothing to tell.
            if (factory.Asked++ == 0 || factory.Next is not null)
            {
                var addresses = factory.AddressesOf(factory.Asked);
                Listener(ResolverResult.ForResult(addresses, factory.Config, null));
            }

            return Task.CompletedTask;
        }
    }
}
