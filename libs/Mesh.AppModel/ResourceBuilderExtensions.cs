namespace Mesh.AppModel;

/// <summary>What every resource can be told.</summary>
public static class ResourceBuilderExtensions
{
    /// <summary>Starts this resource only when the other one is ready (healthy, for a project).</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<Resource> other)
        where T : Resource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(other);
        builder.Resource.WaitsFor.Add(other.Resource);
        return builder;
    }
}
