using Grpc.AspNetCore.Server.Reflection.Internal;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps server reflection.</summary>
public static class GrpcReflectionEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps grpc.reflection.v1 and v1alpha: anyone who reaches the server may then ask which services it has and how
    /// they are described.
    /// </summary>
    /// <param name="builder">Where to map.</param>
    /// <returns>A builder for conventions.</returns>
    /// <exception cref="InvalidOperationException">AddGrpcReflection was not called.</exception>
    public static IEndpointConventionBuilder MapGrpcReflectionService(this IEndpointRouteBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!builder.ServiceProvider.GetRequiredService<IServiceProviderIsService>().IsService(
            typeof(ReflectionAnswers)))
        {
            throw new InvalidOperationException("Call services.AddGrpcReflection() before mapping reflection.");
        }

        return new GrpcServiceEndpointConventionBuilder(
        [
            builder.MapGrpcService<ReflectionV1Service>(),
            builder.MapGrpcService<ReflectionV1AlphaService>(),
        ]);
    }
}
