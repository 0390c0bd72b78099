using Mesh.Bench.Running;
using Mesh.Bus;
using Mesh.Contracts;

namespace Mesh.Bench.Scenarios.Storm;

/// <summary>What the door said was durable, against what can be read in the pings' topic.</summary>
internal sealed class Ledger : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Mark, (bool[] Durable, bool[] Read)> _crowds = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TopicReader _reader;

    internal Ledger(string broker, params (Mark Mark, int Count)[] crowds)
    {
        foreach ((Mark mark, int count) in crowds)
        {
            _crowds.Add(mark, (new bool[count], new bool[count]));
        }

        _reader = WholeTopic.Read(
            broker,
            "bench-storm",
            TopicCatalog.ActionsP2,
            withOrigins: false,
            (record, _) => Read(record.Value),
            failure => _failed.TrySetException(failure));
    }

    /// <summary>The door acknowledged it.</summary>
    internal void Durable(Mark mark, int number) => Volatile.Write(ref _crowds[mark].Durable[number], true);

    /// <summary>How many the door acknowledged.</summary>
    internal int DurableOf(Mark mark) => _crowds[mark].Durable.Count(one => one);

    /// <summary>How many of those cannot be read; waits for what may be on its way.</summary>
    internal async Task<int> LostAsync(CancellationToken cancellation)
    {
        using PeriodicTimer timer = new(Look);
        for (TimeSpan waited = TimeSpan.Zero; Missing() > 0 && waited < Patience; waited += Look)
        {
            await timer.WaitForNextTickAsync(cancellation);
            if (_failed.Task.IsCompleted)
            {
                await _failed.Task;
            }
        }

        return Missing();
    }

    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    private int Missing() => _crowds.Values.Sum(
        crowd => crowd.Durable.Where((durable, i) => durable && !Volatile.Read(ref crowd.Read[i])).Count());

    private void Read(ReadOnlySpan<byte> record)
    {
        foreach ((Mark mark, (bool[] _, bool[] read)) in _crowds)
        {
            if (mark.TryFind(record, out int number))
            {
                Volatile.Write(ref read[number], true);
            }
        }
    }
}
