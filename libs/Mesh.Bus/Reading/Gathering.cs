using System.Diagnostics;

namespace Mesh.Bus.Reading;

/// <summary>
/// When a reader that finds many records at a time takes the next ones. Each batch costs a decision, a commit and
/// messages of its own in whoever reads. On a machine that is busy with those, small batches leave no processor free,
/// and records wait longer for one than they would have waited for each other.
/// </summary>
/// <param name="interval">How long after a batch of many, and twice that after very many; zero: not at all.</param>
/// <param name="fullBatch">Who takes so many has more waiting, and goes on.</param>
internal sealed class Gathering(TimeSpan interval, int fullBatch)
{
    private int _taken;
    private long _tookAt;

    /// <summary>A batch is taken, at a moment of the stopwatch.</summary>
    public void Took(int records, long now) => (_taken, _tookAt) = (records, now);

    /// <summary>How long to rest before the next one.</summary>
    public TimeSpan Rest(long now)
    {
        if (_taken < Limits.ManyRecords || _taken >= fullBatch)
        {
            return TimeSpan.Zero;
        }

        TimeSpan whole = _taken < Limits.VeryManyRecords ? interval : interval * 2;
        TimeSpan rest = whole - Stopwatch.GetElapsedTime(_tookAt, now);
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }
}
