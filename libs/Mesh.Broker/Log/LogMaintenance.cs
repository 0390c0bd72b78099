using Microsoft.Extensions.Logging;

namespace Mesh.Broker.Log;

/// <summary>
/// Looks after all logs in the background: one loop for retention, which is quick, and one for compaction, which is
/// not. A log that fails is tried again at the next round.
/// </summary>
internal sealed class LogMaintenance : IAsyncDisposable
{
    private readonly Func<IEnumerable<PartitionLog>> _logs;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loops;

    public LogMaintenance(
        Func<IEnumerable<PartitionLog>> logs, TimeSpan retentionCheck, TimeSpan compactionCheck, ILogger logger)
    {
        _logs = logs;
        _logger = logger;
        _loops = Task.WhenAll(
            EveryAsync(retentionCheck, log =>
            {
                log.ApplyRetention();
                log.SealSegments();
            }),
            EveryAsync(compactionCheck, log => log.Compact(_stopping.Token)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loops;
        _stopping.Dispose();
    }

    private async Task EveryAsync(TimeSpan period, Action<PartitionLog> work)
    {
        using PeriodicTimer timer = new(period);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                foreach (PartitionLog log in _logs())
                {
                    _stopping.Token.ThrowIfCancellationRequested();
                    Try(log, work);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The broker stops.
        }
    }

    private void Try(PartitionLog log, Action<PartitionLog> work)
    {
        try
        {
            work(log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            BrokerMessages.MaintenanceFailed(_logger, log.Name, e);
        }
    }
}
