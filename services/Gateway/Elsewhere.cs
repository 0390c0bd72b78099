using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.Contracts.Rewards.V1;
using Mesh.Contracts.Sessions.V1;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Mesh.Gateway;

/// <summary>
/// Tries a call at another instance of the service when the first cannot be reached. A call that sends one message is
/// kept until it is answered, so that it may also follow a connection that broke after it was sent; every write carries
/// an id under which it counts once. A call whose answer has begun is never tried again.
/// </summary>
internal static class Elsewhere
{
    private static readonly FrozenSet<string> SendingOneMessage = new FileDescriptor[]
        {
            IngestionReflection.Descriptor,
            LeaderboardReflection.Descriptor,
            QuestsReflection.Descriptor,
            RewardsReflection.Descriptor,
            SessionsReflection.Descriptor,
        }
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .Where(method => !method.IsClientStreaming)
        .Select(method => $"/{method.Service.FullName}/{method.Name}")
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Step of the proxy's pipeline: passes the call on, at most once to each instance.</summary>
    internal static async Task Try(HttpContext context, RequestDelegate next)
    {
        IReverseProxyFeature proxy = context.GetReverseProxyFeature();
        if (proxy.AllDestinations.Count < 2)
        {
            await next(context);
            return;
        }

        KeptBody? kept = context.Request.Path.Value is { } path && SendingOneMessage.Contains(path)
            ? await KeptBody.KeepAsync(context.Request, context.RequestAborted)
            : null;
        IReadOnlyList<DestinationState> available = proxy.AvailableDestinations;
        List<DestinationState> tried = [];
        while (true)
        {
            await next(context);
            if (proxy.ProxiedDestination is { } destination)
            {
                tried.Add(destination);
            }

            DestinationState[] untried = Untried(available, proxy.AllDestinations, tried);
            if (untried.Length == 0 || !MayTryAgain(context, kept))
            {
                return;
            }

            context.Response.Clear();
            context.Features.Set<IForwarderErrorFeature>(null);
            kept?.Rewind();
            proxy.AvailableDestinations = untried;
        }
    }

    private static bool MayTryAgain(HttpContext context, KeptBody? kept) =>
        context.GetForwarderErrorFeature() is { } failure
        && !context.Response.HasStarted
        && !context.RequestAborted.IsCancellationRequested
        && (Unreachable.BeforeSending(failure) || (kept is { IsWhole: true } && Unreachable.BeforeAnswering(failure)));

    // Those that are left out for the moment come last: they may be back.
    private static DestinationState[] Untried(
        IReadOnlyList<DestinationState> available, IReadOnlyList<DestinationState> all, List<DestinationState> tried)
    {
        DestinationState[] untried = [.. available.Except(tried)];
        return untried.Length > 0 ? untried : [.. all.Except(tried)];
    }
}
