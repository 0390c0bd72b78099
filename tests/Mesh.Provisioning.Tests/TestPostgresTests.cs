using Mesh.Testing;
using Npgsql;

namespace Mesh.Provisioning.Tests;

public sealed class TestPostgresTests
{
    [Fact]
    public async Task NewDatabase_AskedTwice_GivesTwoEmptyDatabasesOnOneServer()
    {
        var first = new NpgsqlConnectionStringBuilder(await TestPostgres.NewDatabaseAsync());
        var second = new NpgsqlConnectionStringBuilder(await TestPostgres.NewDatabaseAsync());

        Assert.Equal(first.Port, second.Port);
        Assert.NotEqual(first.Database, second.Database);
        await using var connection = new NpgsqlConnection(first.ConnectionString);
        await connection.OpenAsync();
        await using var count = new NpgsqlCommand(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", connection);
        Assert.Equal(0L, await count.ExecuteScalarAsync());
    }
}
