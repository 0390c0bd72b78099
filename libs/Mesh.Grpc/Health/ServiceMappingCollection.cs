using System.Collections.ObjectModel;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>The mappings of checks to services; one for each name.</summary>
public sealed class ServiceMappingCollection : KeyedCollection<string, ServiceMapping>
{
    /// <summary>Creates an empty collection.</summary>
    public ServiceMappingCollection()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>Says which checks make up the health of a service; replaces what was said of it before.</summary>
    /// <param name="name">The service, as clients ask for it; empty for the server as a whole.</param>
    /// <param name="predicate">Chooses among the checks.</param>
    public void Map(string name, Func<HealthCheckMapContext, bool> predicate)
    {
        Remove(name);
        Add(new ServiceMapping(name, predicate));
    }

    /// <inheritdoc/>
    protected override string GetKeyForItem(ServiceMapping item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Name;
    }
}
