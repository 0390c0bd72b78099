using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms;

namespace Mesh.Gateway;

/// <summary>
/// Says in gRPC's words what a proxy says in HTTP's, so that a client need not know that there is one. A failed call
/// that has no answer yet gets headers alone ("Trailers-Only", gRPC over HTTP/2), one that broke in the middle gets
/// trailers.
/// </summary>
internal static class GrpcFailure
{
    private const string ContentType = "application/grpc";
    private const string RetryAfter = "retry-after";

    // gRPC's own word for when to come again, in milliseconds (gRFC A6); HTTP's is in whole seconds (RFC 9110).
    private const string Pushback = "grpc-retry-pushback-ms";
    private const int ShortestPushbackMs = 100;
    private const int LongestPushbackMs = 500;
    private const string RetryAfterSeconds = "1";

    private static readonly string Unavailable = Text(StatusCode.Unavailable);

    /// <summary>Step of the proxy's pipeline: passes the call on and translates its failure.</summary>
    internal static async Task Translate(HttpContext context, RequestDelegate next)
    {
        if (!IsGrpc(context.Request))
        {
            await next(context);
            return;
        }

        BrokenStream broken = new(context);
        await next(context);
        if (context.GetForwarderErrorFeature() is not { } failure || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        string service = context.GetReverseProxyFeature().Cluster.Config.ClusterId;
        if (!context.Response.HasStarted)
        {
            Answer(context.Response, StatusOf(failure.Error), $"The service {service} cannot be reached.");
        }
        else if (broken.Seen)
        {
            context.Response.AppendTrailer("grpc-status", Unavailable);
            context.Response.AppendTrailer("grpc-message", $"The connection to the service {service} broke.");
            context.Response.AppendTrailer(Pushback, PushbackMs());
        }
    }

    /// <summary>A service that says for itself that it is unavailable need not say when to come again.</summary>
    internal static ValueTask SayWhen(ResponseTransformContext context)
    {
        IHeaderDictionary headers = context.HttpContext.Response.Headers;
        if (headers.TryGetValue("grpc-status", out StringValues status) && status == Unavailable)
        {
            headers.TryAdd(RetryAfter, RetryAfterSeconds);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Answers a call that no service is there for.</summary>
    internal static Task UnknownService(HttpContext context)
    {
        if (IsGrpc(context.Request))
        {
            Answer(context.Response, StatusCode.Unimplemented, "The gateway knows no such service.");
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }

        return Task.CompletedTask;
    }

    private static StatusCode StatusOf(ForwarderError error) => error switch
    {
        ForwarderError.RequestCanceled => StatusCode.Cancelled,
        ForwarderError.RequestCreation => StatusCode.Internal,
        _ => StatusCode.Unavailable,
    };

    private static void Answer(HttpResponse response, StatusCode status, string message)
    {
        response.Clear();
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = ContentType;
        response.Headers["grpc-status"] = Text(status);
        response.Headers["grpc-message"] = message;
        if (status == StatusCode.Unavailable)
        {
            response.Headers[Pushback] = PushbackMs();
            response.Headers[RetryAfter] = RetryAfterSeconds;
        }
    }

    // Spread by chance: whoever was on a connection that broke would come back in the same moment.
    private static string PushbackMs() =>
        Random.Shared.Next(ShortestPushbackMs, LongestPushbackMs).ToString(CultureInfo.InvariantCulture);

    private static string Text(StatusCode status) => ((int)status).ToString(CultureInfo.InvariantCulture);

    private static bool IsGrpc(HttpRequest request) =>
        request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) ?? false;

    // The proxy resets a stream that breaks after its headers (RFC 9113 §7: INTERNAL_ERROR, or CANCEL when the way to
    // the service broke first), which a client reads as INTERNAL or CANCELLED. Held back here, so that trailers can say
    // that the call may be tried again. When it is the client that has gone, the reset goes through.
    private sealed class BrokenStream : IHttpResetFeature
    {
        private const int InternalError = 2;
        private const int Cancel = 8;
        private readonly HttpContext _context;
        private readonly IHttpResetFeature? _real;

        internal BrokenStream(HttpContext context)
        {
            _context = context;
            _real = context.Features.Get<IHttpResetFeature>();
            if (_real is not null)
            {
                context.Features.Set<IHttpResetFeature>(this);
            }
        }

        internal bool Seen { get; private set; }

        public void Reset(int errorCode)
        {
            if (errorCode is InternalError or Cancel
                && !_context.RequestAborted.IsCancellationRequested
                && _context.Response.HasStarted
                && _context.Response.SupportsTrailers())
            {
                Seen = true;
                return;
            }

            _real!.Reset(errorCode);
        }
    }
}
