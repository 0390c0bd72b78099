namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Which checks make up the health of one service.</summary>
public sealed class ServiceMapping
{
    /// <summary>Creates a mapping.</summary>
    /// <param name="name">The service, as clients ask for it.</param>
    /// <param name="healthCheckPredicate">Chooses among the checks.</param>
    public ServiceMapping(string name, Func<HealthCheckMapContext, bool> healthCheckPredicate)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(healthCheckPredicate);
        Name = name;
        HealthCheckPredicate = healthCheckPredicate;
    }

    /// <summary>The service, as clients ask for it.</summary>
    public string Name { get; }

    /// <summary>Chooses among the checks.</summary>
    public Func<HealthCheckMapContext, bool> HealthCheckPredicate { get; }
}
