using System.Data;
using Npgsql;
using static Mesh.EventStore.Machinery.Parameters;

namespace Mesh.EventStore.Machinery;

/// <summary>Reads all that a new owner needs in one batch, each statement's result after the other.</summary>
internal static class SnapshotReader
{
    public static async Task<PartitionSnapshot> ReadAsync(
        NpgsqlDataSource source, int partition, int fewStates, CancellationToken cancel)
    {
        await using NpgsqlBatch batch = source.CreateBatch();
        batch.BatchCommands.Add(new(StateStatements.Summary) { Parameters = { Of(partition) } });
        batch.BatchCommands.Add(
            new(StateStatements.AllOfFew) { Parameters = { Of(partition), Of((long)fewStates) } });
        batch.BatchCommands.Add(
            new(StateStatements.PinnedOfMany) { Parameters = { Of(partition), Of((long)fewStates) } });
        batch.BatchCommands.Add(new(Statements.Row) { Parameters = { Of(partition) } });
        batch.BatchCommands.Add(new(Statements.Tail) { Parameters = { Of(partition) } });
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancel);

        await reader.ReadAsync(cancel);
        StateSummary summary = StateTable.SummaryOf(reader);
        List<StateRow> rows = [];
        for (int results = 0; results < 2; results++)
        {
            await reader.NextResultAsync(cancel);
            while (await reader.ReadAsync(cancel))
            {
                rows.Add(await StateTable.RowAsync(reader, cancel));
            }
        }

        await reader.NextResultAsync(cancel);
        await reader.ReadAsync(cancel);
        PartitionRow row = RowOf(partition, reader);
        await reader.NextResultAsync(cancel);
        return new PartitionSnapshot(summary, rows, row, await TailAsync(reader, row, cancel));
    }

    /// <summary>The row of <see cref="Statements.Row"/> that a reader stands on.</summary>
    public static PartitionRow RowOf(int partition, NpgsqlDataReader row) => new(
        partition,
        row.GetInt64(0),
        row.GetInt64(1),
        row.GetInt64(2),
        row.GetFieldValue<byte[]>(3),
        row.GetFieldValue<byte[]>(4),
        row.GetInt64(5),
        row.GetInt64(6));

    private static async Task<List<StoredEvent>> TailAsync(
        NpgsqlDataReader reader, PartitionRow row, CancellationToken cancel)
    {
        long from = Math.Min(row.Checkpoint, row.Relayed) + 1;
        List<StoredEvent> tail = [];
        while (await reader.ReadAsync(cancel))
        {
            using PageReader page = await PageReader.ReadAsync(reader, cancel);
            while (page.TryTake(out StoredEvent stored))
            {
                if (stored.Position >= from && stored.Position <= row.Head)
                {
                    tail.Add(stored);
                }
            }
        }

        return tail;
    }
}
