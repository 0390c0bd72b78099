using Grpc.Net.Client.Balancer;

namespace Grpc.Net.Client.Internal.Connections;

/// <summary>Addresses that never change.</summary>
internal sealed class StaticResolver(IReadOnlyList<BalancerAddress> addresses) : Resolver
{
    private bool _isTold;
    private Action<ResolverResult>? _listener;

    public override void Start(Action<ResolverResult> listener) => _listener = listener;

    public override void Refresh()
    {
        if (!_isTold)
        {
            _isTold = true;
            _listener!(ResolverResult.ForResult(addresses));
        }
    }
}
