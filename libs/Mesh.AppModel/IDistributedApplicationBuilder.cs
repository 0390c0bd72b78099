namespace Mesh.AppModel;

/// <summary>Collects the resources of an application. Made by <see cref="DistributedApplication.CreateBuilder"/>.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>What the command line asked for; defaults where it was wrong, which running then reports.</summary>
    AppHostOptions Options { get; }

    /// <summary>The folder of the AppHost project, from which project paths are resolved.</summary>
    string AppHostDirectory { get; }

    /// <summary>The folder that holds data, logs and run.json.</summary>
    string StateDirectory { get; }

    /// <summary>The first of the block of fixed ports.</summary>
    int PortBase { get; }

    /// <summary>Adds a resource. A name that is taken is reported when the application runs.</summary>
    IResourceBuilder<T> AddResource<T>(T resource)
        where T : Resource;

    /// <summary>The application, ready to run.</summary>
    DistributedApplication Build();
}

/// <summary>A resource within its application: what the extension methods of the composition work on.</summary>
/// <typeparam name="T">The kind of resource.</typeparam>
public interface IResourceBuilder<out T>
    where T : class
{
    /// <summary>The application being composed.</summary>
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    /// <summary>The resource.</summary>
    T Resource { get; }
}
