using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Npgsql;

namespace EndToEnd.Tests.Harness;

/// <summary>What the services' databases hold, read by SQL as an operator would.</summary>
/// <param name="server">Connection string without a database.</param>
internal sealed class Stores(string server)
{
    /// <summary>The services that keep a log.</summary>
    internal static readonly string[] Databases = ["leaderboard", "quests", "rewards", "sessions"];

    /// <summary>Events and heads of every store, one text each: equal when nothing was stored between.</summary>
    internal async Task<IReadOnlyList<string>> ExtentAsync()
    {
        List<string> extent = [];
        foreach (string database in Databases)
        {
            extent.AddRange(await RowsAsync(
                database,
                "select (select count(*) from events) || ' events, heads ' || (select sum(head) from partitions)",
                row => $"{database}: {row.GetString(0)}"));
        }

        return extent;
    }

    /// <summary>How many events of each type a store holds.</summary>
    internal async Task<IReadOnlyDictionary<string, long>> TypesAsync(string database) => (await RowsAsync(
            database,
            "select type, count(*) from events group by type",
            row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1))))
        .ToDictionary();

    /// <summary>How many events of any store have one of the ids in their body.</summary>
    internal async Task<long> NamingAsync(params Guid[] actions)
    {
        long events = 0;
        foreach (string database in Databases)
        {
            events += (await RowsAsync(
                database,
                "select count(*) from events where exists (select from unnest($1) id where position(id in body) > 0)",
                row => row.GetInt64(0),
                (byte[][])[.. actions.Select(Ids.ToBytes)]))[0];
        }

        return events;
    }

    /// <summary>What Quests has decided about a player, in order.</summary>
    internal Task<List<QuestTransition>> TransitionsAsync(string player) => RowsAsync(
        "quests",
        $"select body from events where stream = $1 and type = '{EventNames.QuestTransition}' order by position",
        row => QuestTransition.Parser.ParseFrom(row.GetFieldValue<byte[]>(0)),
        Placement.Player(Services.Tenant, player));

    /// <summary>How many actions the door has ever spilled.</summary>
    internal async Task<long> SpilledAsync() => (await RowsAsync(
        "ingestion",
        "select coalesce(sum(head & ((1::bigint << 48) - 1)), 0)::bigint from partitions",
        row => row.GetInt64(0)))[0];

    /// <summary>Where the instances answer that own a spill which is not deleted yet.</summary>
    internal Task<List<string>> SpillingAsync() => RowsAsync(
        "ingestion",
        "select distinct address from pages join partitions using (partition) join instances on instance = owner",
        row => row.GetString(0));

    private async Task<List<T>> RowsAsync<T>(
        string database, string sql, Func<NpgsqlDataReader, T> read, object? parameter = null)
    {
        await using NpgsqlConnection connection = new($"{server};Database={database};Pooling=false");
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        if (parameter is not null)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
