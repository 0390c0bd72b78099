using Npgsql;

namespace Mesh.EventStore.Tests;

/// <summary>
/// A transaction of somebody else that holds a partition's row, so that whoever wants it stands still where the test
/// wants him to.
/// </summary>
internal sealed class RowLock : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _holder;
    private readonly NpgsqlTransaction _transaction;

    private RowLock(NpgsqlDataSource source, NpgsqlConnection holder, NpgsqlTransaction transaction) =>
        (_source, _holder, _transaction) = (source, holder, transaction);

    public static async Task<RowLock> OnPartitionAsync(string database, int partition)
    {
        NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        NpgsqlConnection holder = await source.OpenConnectionAsync();
        NpgsqlTransaction transaction = await holder.BeginTransactionAsync();
        await using NpgsqlCommand command =
            new($"select 1 from partitions where partition = {partition} for update", holder, transaction);
        await command.ExecuteNonQueryAsync();
        return new RowLock(source, holder, transaction);
    }

    public Task EndAsync() => _transaction.RollbackAsync();

    /// <summary>Waits until so many wait for the row, or for somebody who does.</summary>
    public Task WaitForBlockedAsync(int waiters = 1) => CountAsync("true", waiters);

    /// <summary>Ends the connections of those that wait for the row; returns how many.</summary>
    public Task<long> TerminateBlockedAsync() => CountAsync("pg_terminate_backend(pid)", 1);

    /// <summary>Cancels the statements of those that wait for the row; returns how many.</summary>
    public Task<long> CancelBlockedAsync() => CountAsync("pg_cancel_backend(pid)", 1);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _holder.DisposeAsync();
        await _source.DisposeAsync();
    }

    private async Task<long> CountAsync(string what, int atLeast)
    {
        using CancellationTokenSource deadline = new(Deadline);
        await using NpgsqlCommand command = _source.CreateCommand(
            $"""
            select count({what}) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'
            """);
        while (true)
        {
            if (await command.ExecuteScalarAsync(deadline.Token) is long count && count >= atLeast)
            {
                return count;
            }

            await Task.Yield();
        }
    }
}
