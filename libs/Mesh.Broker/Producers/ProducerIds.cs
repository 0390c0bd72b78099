namespace Mesh.Broker.Producers;

/// <summary>
/// Gives out producer ids that never repeat, over restarts and crashes too: ids are reserved on disk in blocks.
/// </summary>
internal sealed class ProducerIds
{
    private readonly Lock _gate = new();
    private readonly Action<long> _reserveUpTo;
    private long _next;
    private long _reserved;

    /// <param name="next">The first id not given out.</param>
    /// <param name="reserveUpTo">Makes durable that ids below its argument may be in use.</param>
    public ProducerIds(long next, Action<long> reserveUpTo)
    {
        _next = next;
        _reserved = next;
        _reserveUpTo = reserveUpTo;
    }

    public long Next()
    {
        lock (_gate)
        {
            if (_next == _reserved)
            {
                _reserveUpTo(_reserved + Limits.ProducerIdBlock);
                _reserved += Limits.ProducerIdBlock;
            }

            return _next++;
        }
    }
}
