using Microsoft.Extensions.Logging;

namespace Mesh.Broker.Log;

/// <summary>What all partitions of a broker share.</summary>
/// <param name="Tails">Bounds the batches kept in memory.</param>
/// <param name="FlushAlways">Whether a batch is on the disk, and not only with the system, before it counts.</param>
/// <param name="Clock">The broker's clock.</param>
/// <param name="Logger">Where log lines go.</param>
internal sealed record LogContext(TailMemory Tails, bool FlushAlways, TimeProvider Clock, ILogger Logger)
{
    public long NowMs() => Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
