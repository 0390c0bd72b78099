using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// Answers gRPC calls that no endpoint has taken with UNIMPLEMENTED, and leaves every other request alone. It stands at
/// the end of the pipeline: an endpoint for "any service" would be a second candidate for each call of a known method,
/// and routing would weigh the two every time.
/// </summary>
internal sealed class UnimplementedCalls : IStartupFilter
{
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);

    /// <summary>Takes the calls of unknown methods, of this service and of services that nobody knows.</summary>
    public void Add(string serviceName) => _services.Add(serviceName);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        app.Use(rest => context => IsOurs(context.Request) ? Refuse(context) : rest(context));
    };

    private bool IsOurs(HttpRequest request) => _services.Count > 0
        && HttpMethods.IsPost(request.Method) && ProtocolNames.IsGrpcContentType(request.ContentType);

    private Task Refuse(HttpContext context)
    {
        if (RequestCheck.Http2Fault(context.Request) is { } fault)
        {
            return RequestCheck.RefuseAsync(context, fault);
        }

        var path = context.Request.Path.Value.AsSpan().TrimStart('/');
        var slash = path.LastIndexOf('/');
        var isKnown = slash > 0 && _services.GetAlternateLookup<ReadOnlySpan<char>>().Contains(path[..slash]);
        ServerReply.TrailersOnly(context.Response, new Status(
            StatusCode.Unimplemented,
            isKnown ? "The method is not implemented." : "The service is not implemented."));
        return Task.CompletedTask;
    }
}
