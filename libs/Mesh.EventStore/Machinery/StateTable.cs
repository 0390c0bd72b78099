using System.Diagnostics;
using System.Runtime.CompilerServices;
using Npgsql;
using static Mesh.EventStore.Machinery.Parameters;

namespace Mesh.EventStore.Machinery;

/// <summary>State rows: written behind the log, read by key or all of them.</summary>
internal sealed class StateTable(NpgsqlDataSource source)
{
    public async Task<bool> WriteAsync(StateWrite write, CancellationToken cancel)
    {
        await using NpgsqlCommand command = source.CreateCommand(
            write.Rows.Count == 0 ? StateStatements.Checkpoint : StateStatements.Write);
        command.Parameters.Add(Of(write.Partition));
        command.Parameters.Add(Of(write.Epoch));
        command.Parameters.Add(Of(write.Checkpoint));
        if (write.Rows.Count > 0)
        {
            AddRows(command, write.Rows);
        }

        // The update of the partition's row comes last, and is what the command counts.
        return await command.ExecuteNonQueryAsync(cancel) == 1;
    }

    public async Task<bool> ResetAsync(int partition, long epoch, long origin, CancellationToken cancel)
    {
        await using NpgsqlCommand command = source.CreateCommand(StateStatements.Reset);
        command.Parameters.Add(Of(partition));
        command.Parameters.Add(Of(epoch));
        command.Parameters.Add(Of(origin));

        // The update of the partition's row comes last, and is what the command counts.
        return await command.ExecuteNonQueryAsync(cancel) == 1;
    }

    public async Task<IReadOnlyList<StateRow>> ReadAsync(
        int partition, IReadOnlyCollection<string> keys, CancellationToken cancel)
    {
        List<StateRow> rows = [];
        if (keys.Count == 0)
        {
            return rows;
        }

        await using NpgsqlCommand command = source.CreateCommand(StateStatements.ByKey);
        command.Parameters.Add(Of(partition));
        command.Parameters.Add(Of(keys.ToArray()));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            rows.Add(await RowAsync(reader, cancel));
        }

        return rows;
    }

    public async IAsyncEnumerable<StateRow> ReadAsync(
        int partition, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using NpgsqlCommand command = source.CreateCommand(StateStatements.All);
        command.Parameters.Add(Of(partition));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            yield return await RowAsync(reader, cancel);
        }
    }

    public async Task<StateSummary> SummarizeAsync(int partition, CancellationToken cancel)
    {
        await using NpgsqlCommand command = source.CreateCommand(StateStatements.Summary);
        command.Parameters.Add(Of(partition));
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        return SummaryOf(row);
    }

    private static void AddRows(NpgsqlCommand command, IReadOnlyList<StateRow> rows)
    {
        int count = rows.Count;
        Debug.Assert(count <= Limits.StateRows, "A write is bounded where it is made.");
        string[] keys = new string[count];
        int[] parts = new int[count];
        long[] positions = new long[count];
        int[] folds = new int[count];
        bool[] pinned = new bool[count];
        byte[][] bytes = new byte[count][];
        int[] checksums = new int[count];
        for (int i = 0; i < count; i++)
        {
            StateRow row = rows[i];
            keys[i] = row.Key;
            parts[i] = row.Part;
            positions[i] = row.Position;
            folds[i] = row.Fold;
            pinned[i] = row.Pinned;
            bytes[i] = row.Bytes;
            checksums[i] = StateChecksum.Of(row);
        }

        command.Parameters.Add(Of(keys));
        command.Parameters.Add(Of(parts));
        command.Parameters.Add(Of(positions));
        command.Parameters.Add(Of(folds));
        command.Parameters.Add(Of(pinned));
        command.Parameters.Add(Of(bytes));
        command.Parameters.Add(Of(checksums));
    }

    internal static StateSummary SummaryOf(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.GetInt32(1), row.GetInt32(2));

    internal static async ValueTask<StateRow> RowAsync(NpgsqlDataReader reader, CancellationToken cancel)
    {
        StateRow row = new(
            reader.GetString(0),
            reader.GetInt32(1),
            reader.GetInt64(2),
            reader.GetInt32(3),
            reader.GetBoolean(4),
            Damaged: false,
            await reader.GetFieldValueAsync<byte[]>(5, cancel));
        return StateChecksum.Of(row) == reader.GetInt32(6) ? row : row with { Damaged = true, Bytes = [] };
    }
}
