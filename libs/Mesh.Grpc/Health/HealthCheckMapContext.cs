namespace Grpc.AspNetCore.HealthChecks;

/// <summary>A health check, as mappings choose by it.</summary>
public sealed class HealthCheckMapContext
{
    /// <summary>Describes a check.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tags">Its tags.</param>
    public HealthCheckMapContext(string name, IEnumerable<string> tags)
    {
        Name = name;
        Tags = tags;
    }

    /// <summary>The name of the check.</summary>
    public string Name { get; }

    /// <summary>The tags of the check.</summary>
    public IEnumerable<string> Tags { get; }
}
