using Mesh.Bench.Running;
using Mesh.Bus;
using Mesh.Contracts;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>What the door said was durable, against what can be read in the pings' topic.</summary>
internal sealed class Ledger
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Mark, HashSet<int>> _missing = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="durable">The numbers that the door acknowledged.</param>
    internal Ledger(params (Mark Mark, IEnumerable<int> Numbers)[] durable)
    {
        foreach ((Mark mark, IEnumerable<int> numbers) in durable)
        {
            _missing.Add(mark, [.. numbers]);
        }
    }

    /// <summary>How many of those cannot be read: reads the topic until nothing more is found.</summary>
    internal async Task<int> LostAsync(string broker, CancellationToken cancellation)
    {
        TopicReader reader = WholeTopic.Read(
            broker,
            "bench-storm",
            TopicCatalog.ActionsP2,
            withOrigins: false,
            (record, _) => Read(record.Value),
            failure => _failed.TrySetException(failure));
        await using (reader)
        {
            using PeriodicTimer timer = new(Look);
            int missing = Missing();
            for (TimeSpan waited = TimeSpan.Zero; missing > 0 && waited < Patience; waited += Look)
            {
                await timer.WaitForNextTickAsync(cancellation);
                if (_failed.Task.IsCompleted)
                {
                    await _failed.Task;
                }

                int now = Missing();
                (missing, waited) = (now, now < missing ? TimeSpan.Zero : waited);
            }

            return missing;
        }
    }

    private int Missing()
    {
        lock (_missing)
        {
            return _missing.Values.Sum(numbers => numbers.Count);
        }
    }

    private void Read(ReadOnlySpan<byte> record)
    {
        lock (_missing)
        {
            foreach ((Mark mark, HashSet<int> numbers) in _missing)
            {
                if (mark.TryFind(record, out int number))
                {
                    numbers.Remove(number);
                }
            }
        }
    }
}
