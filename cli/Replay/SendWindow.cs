namespace Mesh.Cli.Replay;

/// <summary>
/// What one stream has sent and the server has not acknowledged, and how much more may be sent. Not safe for threads.
/// </summary>
/// <param name="initial">How many may be unacknowledged before the server has said its own number.</param>
internal sealed class SendWindow<T>(uint initial)
{
    private T[] _ring = new T[1024];
    private int _first;
    private int _count;
    private ulong _durable;
    private ulong _limit = initial;

    /// <summary>How many are sent and not acknowledged.</summary>
    internal int Unacknowledged => _count;

    /// <summary>How many may be sent now.</summary>
    internal ulong Room => _limit > Sent ? _limit - Sent : 0;

    private ulong Sent => _durable + (ulong)_count;

    /// <summary>Takes what is sent now and gives it its number.</summary>
    internal ulong Add(T sent)
    {
        if (_count == _ring.Length)
        {
            T[] larger = new T[_ring.Length * 2];
            Copy(larger);
            (_ring, _first) = (larger, 0);
        }

        _ring[(_first + _count++) % _ring.Length] = sent;
        return Sent;
    }

    /// <summary>What was sent under a number that is not acknowledged yet. False: none.</summary>
    internal bool TryGet(ulong number, out T? sent)
    {
        bool waits = number > _durable && number <= Sent;
        sent = waits ? _ring[(_first + (int)(number - _durable) - 1) % _ring.Length] : default;
        return waits;
    }

    /// <summary>Takes a cumulative acknowledgement; returns how many it acknowledged.</summary>
    internal int Acknowledge(ulong through, uint window)
    {
        int acknowledged = 0;
        for (; _durable < through && _count > 0; _durable++, acknowledged++)
        {
            _first = (_first + 1) % _ring.Length;
            _count--;
        }

        // The server counts from what it had received, we from what it has acknowledged: never too many. What it once
        // allowed stays allowed, and one may always be under way.
        _limit = Math.Max(_limit, _durable + Math.Max(window, 1));
        return acknowledged;
    }

    /// <summary>A new stream: numbers begin at 1 again. Returns what must be sent again, in order.</summary>
    internal T[] Restart()
    {
        T[] again = new T[_count];
        Copy(again);
        (_first, _count) = (0, 0);
        _durable = 0;
        _limit = initial;
        return again;
    }

    private void Copy(T[] into)
    {
        for (int i = 0; i < _count; i++)
        {
            into[i] = _ring[(_first + i) % _ring.Length];
        }
    }
}
