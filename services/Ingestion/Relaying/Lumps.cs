using System.Diagnostics;

namespace Mesh.Ingestion.Relaying;

/// <summary>
/// Sends the actions of a lane together while thousands come a second. One by one, each is a request to the broker, an
/// acknowledgement, and a fetch of every service that reads it: most of what it costs, and on a machine that is busy
/// with that all of them wait for a processor, longer than they would have waited for each other. Where fewer come each
/// goes at once.
/// </summary>
internal sealed class Lumps : IDisposable
{
    private readonly Lane[] _lanes;
    private readonly Func<int, int> _send;
    private readonly AutoResetEvent _begun = new(false);
    private volatile bool _over;

    /// <param name="lanes">The number of lanes.</param>
    /// <param name="send">Sends what has gathered in a lane; returns how many actions.</param>
    public Lumps(int lanes, Func<int, int> send)
    {
        _send = send;
        _lanes = [.. Enumerable.Range(0, lanes).Select(_ => new Lane())];
        new Thread(Run) { IsBackground = true, Name = "lumps" }.Start();
    }

    /// <summary>
    /// An action comes. True: it waits for the lane's next lump. The caller holds a lock that sending takes as well,
    /// from before this until the action can be found: so the last lump finds all that were told to wait.
    /// </summary>
    public bool Takes(int lane)
    {
        if (_lanes[lane].Came(Stopwatch.GetTimestamp()))
        {
            _begun.Set();
        }

        return _lanes[lane].Gathers;
    }

    /// <summary>No lump is sent any more.</summary>
    public void Dispose()
    {
        _over = true;
        _begun.Set();
    }

    private void Run()
    {
        while (!_over)
        {
            _begun.WaitOne();
            long beganAt = Stopwatch.GetTimestamp();
            TimeSpan gathering = Limits.Gathering;
            while (!_over && Array.Exists(_lanes, lane => lane.Gathers))
            {
                TimeSpan rest = gathering - Stopwatch.GetElapsedTime(beganAt);
                if (rest > TimeSpan.Zero)
                {
                    Thread.Sleep(rest);
                }

                beganAt = Stopwatch.GetTimestamp();
                gathering = SendAll() < Limits.ManyActions ? Limits.Gathering : Limits.Gathering * 2;
            }
        }
    }

    // Returns how many actions the largest lump had.
    private int SendAll()
    {
        int most = 0;
        for (int lane = 0; lane < _lanes.Length; lane++)
        {
            if (_lanes[lane].Gathers)
            {
                int sent = _send(lane);
                if (sent < Limits.FewActions)
                {
                    _lanes[lane].Gathers = false;
                    _send(lane);
                }

                most = Math.Max(most, sent);
            }
        }

        return most;
    }

    private sealed class Lane
    {
        private volatile bool _gathers;
        private int _came;
        private long _cameAt;

        public bool Gathers
        {
            get => _gathers;
            set => _gathers = value;
        }

        // Returns whether lumps begin with it.
        public bool Came(long now)
        {
            if (Interlocked.Increment(ref _came) % Limits.ManyActions != 0)
            {
                return false;
            }

            long before = Interlocked.Exchange(ref _cameAt, now);
            if (_gathers || Stopwatch.GetElapsedTime(before, now) > Limits.ManyWithin)
            {
                return false;
            }

            _gathers = true;
            return true;
        }
    }
}
