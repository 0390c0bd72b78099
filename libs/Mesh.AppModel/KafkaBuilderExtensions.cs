using Mesh.AppModel.Hosting;

namespace Mesh.AppModel;

/// <summary>Kafka in an application.</summary>
public static class KafkaBuilderExtensions
{
    private const int PortOffset = 92;

    /// <summary>
    /// Adds a broker: the one that <c>ConnectionStrings__NAME</c> in our own environment names, else the Apache Kafka in
    /// <c>KAFKA_HOME</c>, else what <see cref="RunAsProject"/> says.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="port">The port of a broker that we start; null: the port base + 92.</param>
    public static IResourceBuilder<KafkaServerResource> AddKafka(
        this IDistributedApplicationBuilder builder, string name, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var external = ExternalResources.ConnectionString(name);
        var home = Environment.GetEnvironmentVariable("KAFKA_HOME") is { Length: > 0 } folder ? folder : null;
        // Two kinds of broker never share a folder: neither could read the other's logs.
        var data = Path.Combine(builder.StateDirectory, home is null ? StateDirectory.Broker : StateDirectory.Kafka);
        return builder.AddResource(
            new KafkaServerResource(name, port ?? builder.PortBase + PortOffset, data, external, home));
    }

    /// <summary>The broker that runs when neither an external one nor an Apache Kafka is named: a project of ours.</summary>
    /// <param name="builder">The broker.</param>
    /// <param name="projectPath">The project file, relative to the AppHost project's folder.</param>
    /// <param name="arguments">Its arguments, given its port and data directory.</param>
    public static IResourceBuilder<KafkaServerResource> RunAsProject(
        this IResourceBuilder<KafkaServerResource> builder,
        string projectPath,
        Func<KafkaServerResource, IReadOnlyList<string>> arguments)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(arguments);
        builder.Resource.ProjectPath = Path.GetFullPath(projectPath, builder.ApplicationBuilder.AppHostDirectory);
        builder.Resource.Arguments = arguments(builder.Resource);
        return builder;
    }
}
