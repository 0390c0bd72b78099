using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Mesh.Gateway;

/// <summary>What a failed attempt says about the instance, and about trying the call at another one.</summary>
internal static class Unreachable
{
    /// <summary>There was no connection: whatever the call is, nothing of it has been sent.</summary>
    internal static bool BeforeSending(IForwarderErrorFeature failure) => failure switch
    {
        { Error: ForwarderError.Request, Exception: HttpRequestException failed } =>
            failed.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError,

        // There is no limit to how long a call may take, so only connecting can have run out of time.
        { Error: ForwarderError.RequestTimedOut } => true,
        _ => false,
    };

    /// <summary>
    /// The connection ended before an answer began. A stream that the instance itself has reset is an answer of its own
    /// kind: another instance would give it too.
    /// </summary>
    internal static bool BeforeAnswering(IForwarderErrorFeature failure) => failure switch
    {
        { Error: ForwarderError.Request or ForwarderError.RequestBodyDestination, Exception: { } exception } =>
            exception is not HttpRequestException { HttpRequestError: HttpRequestError.HttpProtocolError }
            && exception is HttpRequestException or IOException,
        _ => false,
    };
}

/// <summary>
/// An instance that cannot be reached is left out for a moment, while there are others. Calls find out whether it is
/// back: one that finds it still away goes to another instance.
/// </summary>
internal sealed class UnreachableLeaves(IDestinationHealthUpdater updater) : IPassiveHealthCheckPolicy
{
    internal const string PolicyName = "UnreachableLeaves";

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);

    public string Name => PolicyName;

    public void RequestProxied(HttpContext context, ClusterState cluster, DestinationState destination)
    {
        if (context.GetForwarderErrorFeature() is not { } failure)
        {
            updater.SetPassive(cluster, destination, DestinationHealth.Healthy, TimeSpan.Zero);
        }
        else if (Unreachable.BeforeSending(failure) && !context.RequestAborted.IsCancellationRequested)
        {
            updater.SetPassive(cluster, destination, DestinationHealth.Unhealthy, Moment);
        }
    }
}
