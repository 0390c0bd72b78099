using Mesh.AppModel.Hosting;

namespace Mesh.AppModel;

/// <summary>PostgreSQL in an application.</summary>
public static class PostgresBuilderExtensions
{
    private const int PortOffset = 432;

    /// <summary>
    /// Adds a PostgreSQL server: the one that <c>ConnectionStrings__NAME</c> in our own environment names, else a private
    /// cluster under the state directory.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="port">The private cluster's port; null: the port base + 432.</param>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder, string name, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new PostgresServerResource(
            name, port ?? builder.PortBase + PortOffset, ExternalResources.ConnectionString(name)));
    }

    /// <summary>Adds a database on the server, created when it is absent. It is ready when it can be connected to.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The resource's name: references see <c>ConnectionStrings__NAME</c>.</param>
    /// <param name="databaseName">What the server calls it; null: the same.</param>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        database.WaitsFor.Add(builder.Resource);
        builder.Resource.Databases.Add(database);
        return builder.ApplicationBuilder.AddResource(database);
    }
}
