using System.Collections;
using Mesh.Contracts.Ingestion.V1;

namespace Mesh.Ingestion;

/// <summary>
/// What one stream has sent and what of it is durable. Acknowledgements of different lanes and partitions come in any
/// order; the client is told the number below which all are settled.
/// </summary>
internal sealed class StreamAcknowledgements : IAcknowledged
{
    private readonly Lock _gate = new();
    private readonly BitArray _settled = new(Limits.StreamWindow);
    private readonly TokenBuilder _token = new();
    private Dictionary<ulong, Receipt> _refused = [];
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource? _room;
    private long _received;
    private long _through;
    private long _told;
    private bool _complete;
    private bool _abandoned;

    /// <summary>The number that the next action must have.</summary>
    public long Next => _received + 1;

    /// <summary>
    /// An action arrives. Completes when there is room for it: a client that sends on regardless is not read. What is
    /// settled takes room until it is told, so that who never reads answers cannot fill the memory with refusals.
    /// </summary>
    public async ValueTask ReceiveAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_received - _told < Limits.StreamWindow && _refused.Count < Limits.StreamRefusals)
                {
                    _received++;
                    return;
                }

                _room ??= NewSignal();
                room = _room.Task;
            }

            await room.WaitAsync(cancel);
        }
    }

    /// <summary>An action is refused: settled, and named.</summary>
    public void Refuse(long number, Receipt receipt)
    {
        lock (_gate)
        {
            _refused.Add((ulong)number, receipt);
            Settle(number);
        }
    }

    void IAcknowledged.Acknowledged(long number, int lane, int partition, long offset)
    {
        _token.Note(lane, partition, offset);
        lock (_gate)
        {
            Settle(number);
        }
    }

    /// <summary>The client sends no more.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _complete = true;
            _changed.TrySetResult();
        }
    }

    /// <summary>The stream is at its end, whatever is settled: nobody is told any more.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _abandoned = true;
            _changed.TrySetResult();
        }
    }

    /// <summary>The next response, when there is something new to tell; null: there will be none.</summary>
    public async Task<SubmitStreamResponse?> NextAsync()
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_abandoned || (_complete && _told == _received))
                {
                    return null;
                }

                if (_through > _told)
                {
                    return Take();
                }

                if (_changed.Task.IsCompleted)
                {
                    _changed = NewSignal();
                }

                changed = _changed.Task;
            }

            await changed;
        }
    }

    // Under the lock.
    private void Settle(long number)
    {
        _settled[Place(number)] = true;
        long before = _through;
        while (_through < _received && _settled[Place(_through + 1)])
        {
            _through++;
            _settled[Place(_through)] = false;
        }

        if (_through > before)
        {
            _changed.TrySetResult();
        }
    }

    // Under the lock.
    private SubmitStreamResponse Take()
    {
        _told = _through;
        _room?.TrySetResult();
        _room = null;
        SubmitStreamResponse response = new()
        {
            DurableThrough = (ulong)_through,
            Token = _token.Build(),
            Window = (uint)(Limits.StreamWindow - (_received - _through)),
        };
        // A refusal beyond `through` waits until all before it is settled.
        if (_refused.Count > 0)
        {
            Dictionary<ulong, Receipt> later = [];
            foreach ((ulong number, Receipt receipt) in _refused)
            {
                if (number <= (ulong)_through)
                {
                    response.Refused.Add(number, receipt);
                }
                else
                {
                    later.Add(number, receipt);
                }
            }

            _refused = later;
        }

        return response;
    }

    private static int Place(long number) => (int)(number % Limits.StreamWindow);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
