namespace Mesh.Partitions.Machine;

/// <summary>
/// Records a second of each partition, smoothed over some ten seconds: what partitions are divided by.
/// </summary>
internal sealed class RateMeter(int partitions)
{
    private const long Interval = 1_000;
    private const float Weight = 0.1f;

    private readonly float[] _rates = new float[partitions];
    private readonly long[] _before = new long[partitions];
    private readonly Tenure?[] _tenures = new Tenure?[partitions];
    private long _measuredAt;

    public float[] Measure(long now, IReadOnlyList<Tenure?> owned)
    {
        long passed = now - _measuredAt;
        if (passed < Interval)
        {
            return _rates;
        }

        _measuredAt = now;
        for (int n = 0; n < _rates.Length; n++)
        {
            long decided = owned[n] is { IsActive: true } tenure ? tenure.Machine.Decided : 0;
            if (_tenures[n] != owned[n])
            {
                (_tenures[n], _before[n]) = (owned[n], 0);
            }

            float rate = Math.Max(0, decided - _before[n]) * 1000f / passed;
            _before[n] = decided;
            _rates[n] += (rate - _rates[n]) * Weight;
        }

        return _rates;
    }
}
