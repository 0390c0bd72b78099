namespace Mesh.AppModel;

/// <summary>.NET projects in an application.</summary>
public static class ProjectBuilderExtensions
{
    /// <summary>Adds a project; it runs from its build output in our own configuration and target framework.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="projectPath">The project file, relative to the AppHost project's folder.</param>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, string name, string projectPath)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var project = new ProjectResource(name, Path.GetFullPath(projectPath, builder.AppHostDirectory));
        if (builder.Options.Replicas.TryGetValue(name, out var replicas))
        {
            project.Replicas = replicas;
        }

        return builder.AddResource(project);
    }

    /// <summary>Gives the project <c>ConnectionStrings__NAME</c> of a database or broker.</summary>
    /// <param name="builder">The project.</param>
    /// <param name="source">The database or broker.</param>
    /// <param name="connectionName">What the project calls it; null: the resource's name.</param>
    public static IResourceBuilder<ProjectResource> WithReference(
        this IResourceBuilder<ProjectResource> builder,
        IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        builder.Resource.Connections[connectionName ?? source.Resource.Name] = source.Resource;
        return builder;
    }

    /// <summary>
    /// Gives the project the addresses of another, or its own: <c>services__NAME__ENDPOINT__0</c>, one per replica.
    /// It does not wait for the other: two may reference each other.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithReference(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<ProjectResource> source)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        builder.Resource.References.Add(source.Resource);
        return builder;
    }

    /// <summary>Runs the project as several processes. The command line's --replicas wins.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(
        this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        if (!builder.ApplicationBuilder.Options.Replicas.ContainsKey(builder.Resource.Name))
        {
            builder.Resource.Replicas = replicas;
        }

        return builder;
    }

    /// <summary>
    /// Adds an endpoint. Its process finds the address in <c>MESH_ENDPOINT_NAME</c> (upper case), and all of them in
    /// <c>ASPNETCORE_URLS</c>. A project without any has one, called "http", on a free port.
    /// </summary>
    /// <param name="builder">The project.</param>
    /// <param name="port">The port on 127.0.0.1; null: a free one.</param>
    /// <param name="name">The endpoint's name.</param>
    public static IResourceBuilder<ProjectResource> WithHttpEndpoint(
        this IResourceBuilder<ProjectResource> builder,
        int? port = null,
        string name = ProjectResource.DefaultEndpoint)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.AddEndpoint(name, port);
        return builder;
    }

    /// <summary>Shows the project's addresses to people (URLs) and tools (run.json).</summary>
    public static IResourceBuilder<ProjectResource> WithExternalHttpEndpoints(
        this IResourceBuilder<ProjectResource> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.IsExternal = true;
        return builder;
    }

    /// <summary>Sets a variable of the project's processes.</summary>
    public static IResourceBuilder<ProjectResource> WithEnvironment(
        this IResourceBuilder<ProjectResource> builder, string name, string value)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.Environment[name] = value;
        return builder;
    }

    /// <summary>Appends arguments to the project's command line.</summary>
    public static IResourceBuilder<ProjectResource> WithArgs(
        this IResourceBuilder<ProjectResource> builder, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(arguments);
        foreach (var argument in arguments)
        {
            builder.Resource.Arguments.Add(argument);
        }

        return builder;
    }
}
