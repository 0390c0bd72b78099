using System.Net;
using Grpc.Net.Client.Balancer;

namespace Grpc.Net.Client.Internal.Connections;

/// <summary>Addresses from the system's name service.</summary>
internal sealed class DnsResolver : PollingResolver
{
    // Lost connections ask for a refresh; a name server must not see each of them.
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(15);

    private readonly string _host;
    private readonly int _port;
    private readonly string _authority;
    private readonly TimeSpan _refreshInterval;
    private long? _lastAskedAt;
    private Timer? _timer;

    public DnsResolver(ResolverOptions options, TimeSpan refreshInterval)
        : base(options.LoggerFactory, new ExponentialBackoff.Factory(
            options.ChannelOptions.InitialReconnectBackoff, options.ChannelOptions.MaxReconnectBackoff))
    {
        var target = options.Address.AbsolutePath.TrimStart('/');
        if (!Uri.TryCreate("grpc://" + target, UriKind.Absolute, out var parsed) || parsed.Host.Length == 0
            || parsed.AbsolutePath.Length > 1)
        {
            throw new InvalidOperationException(
                $"The address '{options.Address}' names no host: write dns:///host or dns:///host:port.");
        }

        _host = parsed.IdnHost;
        _port = parsed.IsDefaultPort ? options.DefaultPort : parsed.Port;
        _authority = _port == options.DefaultPort ? parsed.Host : $"{parsed.Host}:{_port}";
        _refreshInterval = refreshInterval;
    }

    protected override void OnStarted()
    {
        if (_refreshInterval != Timeout.InfiniteTimeSpan)
        {
            _timer = new Timer(static self => ((DnsResolver)self!).Refresh(), this, _refreshInterval, _refreshInterval);
        }
    }

    protected override async Task ResolveAsync(CancellationToken cancellationToken)
    {
        if (_lastAskedAt is { } last && TimeProvider.System.GetElapsedTime(last) is var since && since < LeastInterval)
        {
            await Task.Delay(LeastInterval - since, cancellationToken).ConfigureAwait(false);
        }

        _lastAskedAt = TimeProvider.System.GetTimestamp();
        var found = await Dns.GetHostAddressesAsync(_host, cancellationToken).ConfigureAwait(false);
        Listener(ResolverResult.ForResult(
            [.. found.Select(address => new BalancerAddress(address.ToString(), _port) { Authority = _authority })]));
    }

    protected override void Dispose(bool disposing)
    {
        _timer?.Dispose();
        base.Dispose(disposing);
    }
}
