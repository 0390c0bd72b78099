using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Answers gRPC calls of unknown methods with UNIMPLEMENTED, and leaves every other request alone.</summary>
internal static class UnimplementedEndpoints
{
    // One set of names per route builder, so that mapping several services maps the fallback once.
    private static readonly ConditionalWeakTable<IEndpointRouteBuilder, HashSet<string>> Mapped = [];

    public static void Map(IEndpointRouteBuilder builder, IEnumerable<string> serviceNames)
    {
        var mapped = Mapped.GetOrCreateValue(builder);
        if (mapped.Add("*"))
        {
            Add(builder, "{unimplementedService}/{unimplementedMethod}", "The service is not implemented.");
        }

        foreach (var name in serviceNames.Where(mapped.Add))
        {
            Add(builder, $"{name}/{{unimplementedMethod}}", "The method is not implemented.");
        }
    }

    private static void Add(IEndpointRouteBuilder builder, string pattern, string detail)
    {
        var policies = new RouteValueDictionary { ["unimplementedMethod"] = GrpcOnly.Instance };
        builder.Map(RoutePatternFactory.Parse(pattern, defaults: null, parameterPolicies: policies), context =>
        {
            if (RequestCheck.Http2Fault(context.Request) is { } fault)
            {
                return RequestCheck.RefuseAsync(context, fault);
            }

            ServerReply.TrailersOnly(context.Response, new Status(StatusCode.Unimplemented, detail));
            return Task.CompletedTask;
        }).WithMetadata(new HttpMethodMetadata([HttpMethods.Post]));
    }

    private sealed class GrpcOnly : IRouteConstraint
    {
        public static readonly GrpcOnly Instance = new();

        public bool Match(
            HttpContext? httpContext,
            IRouter? route,
            string routeKey,
            RouteValueDictionary values,
            RouteDirection routeDirection) =>
            ProtocolNames.IsGrpcContentType(httpContext?.Request.ContentType);
    }
}
