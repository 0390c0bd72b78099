using Mesh.Bus;
using Mesh.Contracts;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Wiring;

/// <summary>What takes the records of the catalog.</summary>
/// <param name="Game">Takes a version of a game.</param>
/// <param name="DoorPolicy">Takes a version of a door policy; null: they are left out.</param>
internal sealed record CatalogHandlers(Action<byte[]> Game, Action<byte[]>? DoorPolicy)
{
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
/// whole, and the newest of a key stands.
/// </summary>
internal sealed class GameCatalogReader(
    ServiceOptions options, CatalogHandlers handlers, ILogger<GameCatalogReader> logger)
    : BackgroundService, IHealthCheck
{
    private volatile bool _caughtUp;

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(_caughtUp
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"{TopicCatalog.QuestCatalog.Name} is not read to its end yet."));

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TopicSpec topic = TopicCatalog.QuestCatalog;
        await TopicSetup.EnsureAsync(options.Bus, [topic.Definition], logger, stoppingToken);
        await using CompactedTopic reader = CompactedTopic.Start(
            options.Bus, topic.Name, topic.Partitions, record => handlers.Take(record.Key, record.Value), logger);
        await reader.CaughtUp.WaitAsync(stoppingToken);
        _caughtUp = true;
        await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
