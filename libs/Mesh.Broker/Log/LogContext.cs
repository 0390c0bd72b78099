using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Broker.Log;

/// <summary>What all partitions of a broker share.</summary>
/// <param name="Tails">Bounds the batches kept in memory.</param>
/// <param name="FlushAlways">Whether a batch is on the disk, and not only with the system, before it counts.</param>
/// <param name="Clock">The broker's clock.</param>
/// <param name="Logger">Where log lines go.</param>
/// <param name="FlushFile">Flushes a file to the disk; null: as the system does it.</param>
internal sealed record LogContext(
    TailMemory Tails, bool FlushAlways, TimeProvider Clock, ILogger Logger, Action<SafeFileHandle>? FlushFile = null)
{
    private DiskFlusher? _flusher;

    public LogCounters Counters { get; } = new();

    /// <summary>Who flushes what counts only on the disk.</summary>
    public DiskFlusher Flusher =>
        LazyInitializer.EnsureInitialized(ref _flusher, () => new(Counters, FlushFile ?? RandomAccess.FlushToDisk));

    /// <summary>A producer that has sent nothing for so long is forgotten.</summary>
    public long ProducerExpiryMs { get; init; } = Limits.ProducerExpiryMs;

    public long NowMs() => Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
