using System.Buffers.Binary;
using System.Diagnostics;

namespace Mesh.Bench.Scenarios.Latency;

/// <summary>What is seen of an action on its way.</summary>
internal enum Step
{
    /// <summary>Its time has come.</summary>
    Due,

    /// <summary>It is handed to the stream.</summary>
    Sent,

    /// <summary>The door has it, by the door's own account.</summary>
    Received,

    /// <summary>The client is told that it is durable.</summary>
    Acknowledged,

    /// <summary>It can be read in its lane's topic.</summary>
    Accepted,

    /// <summary>What Quests made of it can be read.</summary>
    Transition,

    /// <summary>Its reward can be read.</summary>
    Issued,

    /// <summary>A watcher of the board sees its score.</summary>
    Watched,
}

/// <summary>
/// When which action of one load got how far, by the clock of this process. Each step is noted by one thread alone.
/// </summary>
internal sealed class Track
{
    private const int IndexBits = 32;

    // An action's id begins with it, in network order.
    private static ReadOnlySpan<byte> MarkBytes => "mesh-lat"u8;

    // What a client sees itself; the steps between are read from the topics.
    private static readonly Step[] Ends = [Step.Due, Step.Sent, Step.Acknowledged, Step.Watched];
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly long[] _arrivals;
    private readonly long[][] _times;
    private readonly int[] _seen;
    private readonly Step[] _steps;

    /// <param name="number">Tells this load's action ids from others'.</param>
    /// <param name="lane">Where the door is to send them.</param>
    /// <param name="rate">Actions a second, at random times: customers do not keep step.</param>
    /// <param name="warmUp">What is due before is not measured.</param>
    /// <param name="measured">How long after that.</param>
    /// <param name="hops">Whether the steps between sending and seeing are noted too.</param>
    internal Track(int number, int lane, int rate, TimeSpan warmUp, TimeSpan measured, bool hops)
    {
        HasHops = hops;
        Number = number;
        Lane = lane;
        _arrivals = Arrivals(number, rate, (warmUp + measured).TotalSeconds);
        First = Array.FindIndex(_arrivals, at => at >= warmUp.TotalSeconds * Stopwatch.Frequency);
        Step[] all = Enum.GetValues<Step>();
        _steps = hops ? all : Ends;
        _seen = new int[all.Length];
        _times = [.. all.Select(_ => new long[_arrivals.Length])];
    }

    /// <summary>
    /// Whether bytes may hold the id of an action of a load: cheaper than to parse what is not of one.
    /// </summary>
    internal static bool MayName(ReadOnlySpan<byte> bytes) => bytes.IndexOf(MarkBytes) >= 0;

    /// <summary>Whether every step is noted, and not the first and the last ones alone.</summary>
    internal bool HasHops { get; }

    /// <summary>The load's.</summary>
    internal int Number { get; }

    /// <summary>The number of the lane that all are sent in.</summary>
    internal int Lane { get; }

    /// <summary>How many actions.</summary>
    internal int Count => _arrivals.Length;

    /// <summary>The first that is measured.</summary>
    internal int First { get; }

    /// <summary>The index of the action of an id. False: it is not of this load.</summary>
    internal bool TryIndex(Guid id, out int index)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        ulong low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        index = (int)(uint)low;
        return bytes.StartsWith(MarkBytes) && (int)(low >> IndexBits) == Number;
    }

    internal Guid IdOf(int index)
    {
        Span<byte> bytes = stackalloc byte[16];
        MarkBytes.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], ((ulong)Number << IndexBits) | (uint)index);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>When an action is to be sent, in ticks after the load's beginning.</summary>
    internal long Arrival(int index) => _arrivals[index];

    /// <summary>When it was seen; valid once all are.</summary>
    internal long At(Step step, int index) => _times[(int)step][index];

    /// <summary>Notes that an action got so far. What is seen again, as a record sent again is, counts once.</summary>
    internal void Note(Step step, int index, long at)
    {
        ref long time = ref _times[(int)step][index];
        if (time == 0)
        {
            time = at;
            Interlocked.Increment(ref _seen[(int)step]);
        }
    }

    /// <summary>Returns when every action was seen at every step.</summary>
    /// <exception cref="BenchException">For a minute nothing more was seen.</exception>
    internal async Task WhenAllSeenAsync(CancellationToken cancellation)
    {
        int before = 0;
        long since = Stopwatch.GetTimestamp();
        using PeriodicTimer timer = new(Look);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            int seen = _steps.Sum(step => Volatile.Read(ref _seen[(int)step]));
            if (seen == Count * _steps.Length)
            {
                return;
            }

            if (seen > before)
            {
                (before, since) = (seen, Stopwatch.GetTimestamp());
            }
            else if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                string counts = string.Join(
                    ", ", _steps.Select(step => $"{step} {_seen[(int)step]}"));
                throw new BenchException(
                    $"For {Patience.TotalSeconds:0} s nothing more was seen of {Count} check-ins: {counts}");
            }
        }
    }

    private static long[] Arrivals(int seed, int rate, double seconds)
    {
        List<long> arrivals = [];
        Random random = new(seed);
        for (double at = 0; at < seconds; at -= Math.Log(1 - random.NextDouble()) / rate)
        {
            arrivals.Add((long)(at * Stopwatch.Frequency));
        }

        return [.. arrivals];
    }
}
