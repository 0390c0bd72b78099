namespace Mesh.AppModel;

/// <summary>
/// A part of the application: data only. What can be done with it are extension methods on
/// <see cref="IResourceBuilder{T}"/>.
/// </summary>
public abstract class Resource(string name)
{
    /// <summary>The name by which logs, variables and messages call it; unique within the application.</summary>
    public string Name { get; } = name;

    /// <summary>Resources that must be ready before this one starts.</summary>
    public IList<Resource> WaitsFor { get; } = [];
}

/// <summary>A resource that others reach by a connection string: <c>ConnectionStrings__NAME</c>.</summary>
public interface IResourceWithConnectionString
{
    /// <summary>The resource's name.</summary>
    string Name { get; }

    /// <summary>How to reach it. Known before it starts, since ports are chosen first.</summary>
    string ConnectionString { get; }
}

/// <summary>
/// A PostgreSQL server: a private cluster under the state directory, or the one that <c>ConnectionStrings__NAME</c> in our
/// own environment names.
/// </summary>
public sealed class PostgresServerResource(string name, int port, string? external) : Resource(name),
    IResourceWithConnectionString
{
    /// <summary>The port on 127.0.0.1; means nothing for an external server.</summary>
    public int Port { get; } = port;

    /// <summary>The connection string of a server that runs elsewhere, or null when we start one.</summary>
    public string? External { get; } = external;

    /// <summary>The databases to create once the server answers.</summary>
    public IList<PostgresDatabaseResource> Databases { get; } = [];

    /// <inheritdoc/>
    public string ConnectionString => External ?? $"Host=127.0.0.1;Port={Port};Username=postgres";
}

/// <summary>A database on a server; created when it is absent.</summary>
public sealed class PostgresDatabaseResource(string name, string databaseName, PostgresServerResource parent)
    : Resource(name), IResourceWithConnectionString
{
    /// <summary>What the server calls it.</summary>
    public string DatabaseName { get; } = databaseName;

    /// <summary>The server.</summary>
    public PostgresServerResource Parent { get; } = parent;

    /// <inheritdoc/>
    public string ConnectionString => $"{Parent.ConnectionString.TrimEnd(';')};Database={DatabaseName}";
}

/// <summary>
/// A Kafka broker: an external one (<c>ConnectionStrings__NAME=host:port,…</c> in our own environment), else Apache Kafka
/// from <c>KAFKA_HOME</c>, else the program given to <see cref="KafkaBuilderExtensions.RunAsProject"/>.
/// </summary>
public sealed class KafkaServerResource(string name, int port, string dataDirectory, string? external, string? home)
    : Resource(name), IResourceWithConnectionString
{
    /// <summary>The port on 127.0.0.1; means nothing for an external broker.</summary>
    public int Port { get; } = port;

    /// <summary>Where a broker that we start keeps its logs.</summary>
    public string DataDirectory { get; } = dataDirectory;

    /// <summary>The bootstrap servers of a broker that runs elsewhere, or null when we start one.</summary>
    public string? External { get; } = external;

    /// <summary>The folder of an Apache Kafka to run, or null.</summary>
    public string? Home { get; } = home;

    /// <summary>The project file of the embedded broker, or null.</summary>
    public string? ProjectPath { get; internal set; }

    /// <summary>The embedded broker's arguments.</summary>
    public IReadOnlyList<string> Arguments { get; internal set; } = [];

    /// <inheritdoc/>
    public string ConnectionString => External ?? $"127.0.0.1:{Port}";
}
