using Npgsql;
using static Mesh.EventStore.Machinery.Parameters;

namespace Mesh.EventStore.Machinery;

/// <summary>Liveness and ownership. Beats have connections of their own: no queue for the others delays them.</summary>
internal sealed class Ownership(NpgsqlDataSource source, NpgsqlDataSource beats)
{
    public async Task<Sight> BeatAsync(Guid instance, string address, float[] rates, CancellationToken cancel)
    {
        await using NpgsqlConnection connection = await beats.OpenConnectionAsync(cancel);
        await using (NpgsqlBatch beat = SightAfter(OwnershipStatements.Beat, instance, address, rates))
        {
            beat.Connection = connection;
            Sight sight = await ReadSightAsync(beat, cancel);
            if (beat.BatchCommands[0].RecordsAffected == 1)
            {
                return sight;
            }
        }

        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancel);
        await using NpgsqlCommand alone = new(OwnershipStatements.FirstBeatAlone, connection, transaction);
        await alone.ExecuteNonQueryAsync(cancel);
        await using NpgsqlBatch first = SightAfter(OwnershipStatements.FirstBeat, instance, address, rates);
        (first.Connection, first.Transaction) = (connection, transaction);
        Sight seen = await ReadSightAsync(first, cancel);
        await transaction.CommitAsync(cancel);
        return seen;
    }

    public async Task<Sight> LookAsync(CancellationToken cancel)
    {
        await using NpgsqlBatch batch = beats.CreateBatch();
        AddReads(batch);
        return await ReadSightAsync(batch, cancel);
    }

    public async Task<long?> TakeAsync(PartitionOwner seen, long? seenCounter, Guid owner, CancellationToken cancel)
    {
        await using NpgsqlCommand command = source.CreateCommand(OwnershipStatements.Take);
        command.Parameters.Add(Of(seen.Partition));
        command.Parameters.Add(OrNull(seen.Owner));
        command.Parameters.Add(Of(seen.Epoch));
        command.Parameters.Add(OrNull(seenCounter));
        command.Parameters.Add(Of(owner));
        return (long?)await command.ExecuteScalarAsync(cancel);
    }

    public async Task<bool> ReleaseAsync(int partition, Guid owner, long epoch, CancellationToken cancel)
    {
        await using NpgsqlCommand command = source.CreateCommand(OwnershipStatements.Release);
        command.Parameters.Add(Of(partition));
        command.Parameters.Add(Of(owner));
        command.Parameters.Add(Of(epoch));
        return await command.ExecuteNonQueryAsync(cancel) == 1;
    }

    public async Task LeaveAsync(Guid instance, CancellationToken cancel)
    {
        await using NpgsqlBatch batch = source.CreateBatch();
        batch.BatchCommands.Add(new(OwnershipStatements.LeaveInstance) { Parameters = { Of(instance) } });
        batch.BatchCommands.Add(new(OwnershipStatements.LeavePartitions) { Parameters = { Of(instance) } });
        await batch.ExecuteNonQueryAsync(cancel);
    }

    public async Task ForgetAsync(Guid instance, long counter, CancellationToken cancel)
    {
        await using NpgsqlCommand command = source.CreateCommand(OwnershipStatements.Forget);
        command.Parameters.Add(Of(instance));
        command.Parameters.Add(Of(counter));
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static NpgsqlBatch SightAfter(string statement, Guid instance, string address, float[] rates)
    {
        NpgsqlBatch batch = new()
        {
            BatchCommands = { new(statement) { Parameters = { Of(instance), Of(address), Of(rates) } } },
        };
        AddReads(batch);
        return batch;
    }

    private static void AddReads(NpgsqlBatch batch)
    {
        batch.BatchCommands.Add(new(OwnershipStatements.Instances));
        batch.BatchCommands.Add(new(OwnershipStatements.Owners));
    }

    // The reader steps over statements without rows. All results are read before anything is believed: the batch is
    // one transaction, and it ends after the last of them.
    private static async Task<Sight> ReadSightAsync(NpgsqlBatch batch, CancellationToken cancel)
    {
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancel);
        List<InstanceRow> instances = [];
        while (await reader.ReadAsync(cancel))
        {
            instances.Add(new InstanceRow(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetInt64(2),
                await reader.GetFieldValueAsync<float[]>(3, cancel)));
        }

        await reader.NextResultAsync(cancel);
        List<PartitionOwner> partitions = [];
        while (await reader.ReadAsync(cancel))
        {
            Guid? owner = await reader.IsDBNullAsync(1, cancel) ? null : reader.GetGuid(1);
            partitions.Add(new PartitionOwner(reader.GetInt32(0), owner, reader.GetInt64(2)));
        }

        while (await reader.NextResultAsync(cancel))
        {
        }

        return new Sight(instances, partitions);
    }
}
