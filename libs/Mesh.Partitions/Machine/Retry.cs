namespace Mesh.Partitions.Machine;

/// <summary>When a partition may be taken again, and how small its pages are to be.</summary>
internal sealed class Retry
{
    private const long FirstPause = 100;
    private const long LongestPause = 5_000;

    private long _notBefore;
    private long _pause = FirstPause;
    private bool _busy;
    private int _pageLimit = Limits.PageEvents;

    /// <summary>How large the next tenure's first pages may be.</summary>
    public int TakePageLimit()
    {
        int limit = _pageLimit;
        _pageLimit = Limits.PageEvents;
        return limit;
    }

    public bool TryBegin(long now)
    {
        if (_busy || now < _notBefore)
        {
            return false;
        }

        _busy = true;
        return true;
    }

    public void Hold() => _busy = true;

    public void Release() => _busy = false;

    public void Ended(long now, bool pause)
    {
        _busy = false;
        _notBefore = pause ? now + _pause : 0;
        _pause = pause ? Math.Min(_pause * 2, LongestPause) : FirstPause;
    }

    public void Refused(int pageLimit) => _pageLimit = Math.Max(1, pageLimit / 2);
}
