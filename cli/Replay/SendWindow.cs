namespace Mesh.Cli.Replay;

/// <summary>
/// What one stream has sent and the server has not acknowledged, and how much more may be sent. Not safe for threads.
/// </summary>
/// <param name="initial">How many may be unacknowledged before the server has said its own number.</param>
internal sealed class SendWindow<T>(uint initial)
{
    private readonly Queue<T> _unacknowledged = new();
    private ulong _durable;
    private ulong _limit = initial;

    /// <summary>How many are sent and not acknowledged.</summary>
    internal int Unacknowledged => _unacknowledged.Count;

    /// <summary>How many may be sent now.</summary>
    internal ulong Room => _limit > Sent ? _limit - Sent : 0;

    private ulong Sent => _durable + (ulong)_unacknowledged.Count;

    /// <summary>Takes what is sent now and gives it its number.</summary>
    internal ulong Add(T sent)
    {
        _unacknowledged.Enqueue(sent);
        return Sent;
    }

    /// <summary>What was sent under a number that is not acknowledged yet. False: none.</summary>
    internal bool TryGet(ulong number, out T? sent)
    {
        bool waits = number > _durable && number <= Sent;
        sent = waits ? _unacknowledged.ElementAt((int)(number - _durable - 1)) : default;
        return waits;
    }

    /// <summary>Takes a cumulative acknowledgement; returns how many it acknowledged.</summary>
    internal int Acknowledge(ulong through, uint window)
    {
        int acknowledged = 0;
        for (; _durable < through && _unacknowledged.Count > 0; _durable++, acknowledged++)
        {
            _unacknowledged.Dequeue();
        }

        // One may always be under way: a server that says 0 and then nothing would hold us for ever.
        _limit = _durable + Math.Max(window, 1);
        return acknowledged;
    }

    /// <summary>A new stream: numbers begin at 1 again. Returns what must be sent again, in order.</summary>
    internal T[] Restart()
    {
        T[] again = [.. _unacknowledged];
        _unacknowledged.Clear();
        _durable = 0;
        _limit = initial;
        return again;
    }
}
