using Mesh.Bus;
using Mesh.Contracts;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Wiring;

/// <summary>What takes the records of the catalog, on the reader's thread.</summary>
/// <param name="Game">Takes a version of a game.</param>
internal sealed record CatalogHandlers(Action<byte[]> Game)
{
    /// <summary>Takes a version of a door policy; null: they are left out.</summary>
    public Action<byte[]>? DoorPolicy { get; init; }

    /// <summary>Called once: all that was there at the start is taken.</summary>
    public Action? CaughtUp { get; init; }

    /// <summary>Hands a record to whom it is for; its key says what it holds.</summary>
    public void Take(byte[]? key, byte[] value)
    {
        if (CatalogKeys.IsDoorPolicy(key))
        {
            DoorPolicy?.Invoke(value);
        }
        else
        {
            Game(value);
        }
    }
}

/// <summary>
/// Reads <c>quest.v1.catalog</c> from its beginning, for ever. On a compacted topic there is no chain: each record is
/// whole, and the newest of a key stands. It waits for the broker for as long as that takes.
/// </summary>
internal sealed partial class GameCatalogReader(
    ServiceOptions options, CatalogHandlers handlers, ILogger<GameCatalogReader> logger)
    : BackgroundService, IHealthCheck
{
    private volatile bool _caughtUp;

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(_caughtUp
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(
                context.Registration.FailureStatus, $"{TopicCatalog.QuestCatalog.Name} is not read to its end yet."));

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TopicSpec topic = TopicCatalog.QuestCatalog;
        await EnsureAsync(topic, stoppingToken);
        await using CompactedTopic reader = CompactedTopic.Start(
            options.Bus, topic.Name, topic.Partitions, record => handlers.Take(record.Key, record.Value), logger);
        await reader.CaughtUp.WaitAsync(stoppingToken);
        _caughtUp = true;
        handlers.CaughtUp?.Invoke();
        await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task EnsureAsync(TopicSpec topic, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await TopicSetup.EnsureAsync(options.Bus, [topic.Definition], logger, stopping);
                return;
            }
            catch (BrokerUnreachableException e)
            {
                StillWaiting(logger, topic.Name, e.Message);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Topic} is not read: {Reason}")]
    private static partial void StillWaiting(ILogger logger, string topic, string reason);
}
