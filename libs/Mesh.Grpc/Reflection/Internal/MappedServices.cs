using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server.Reflection.Internal;

/// <summary>Finds the descriptors of what is mapped.</summary>
internal static class MappedServices
{
    /// <summary>The names of all mapped services, with their descriptors where generated code has one.</summary>
    public static IReadOnlyDictionary<string, ServiceDescriptor?> Of(EndpointDataSource endpoints)
    {
        var services = new SortedDictionary<string, ServiceDescriptor?>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints.Endpoints)
        {
            if (endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is { } metadata)
            {
                services.TryAdd(metadata.Method.ServiceName, FindDescriptor(metadata.ServiceType));
            }
        }

        return services;
    }

    private static ServiceDescriptor? FindDescriptor(Type serviceType)
    {
        for (var type = serviceType; type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } bind)
            {
                return bind.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)
                    ?.GetValue(null) as ServiceDescriptor;
            }
        }

        return null;
    }
}
