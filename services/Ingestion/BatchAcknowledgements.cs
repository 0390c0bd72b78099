namespace Mesh.Ingestion;

/// <summary>Waits for a number of actions that are sent together.</summary>
internal sealed class BatchAcknowledgements(int count) : IAcknowledged
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TokenBuilder[] _tokens = new TokenBuilder[count];
    private int _open = 1;

    /// <summary>Announces an action before it is sent; number: its place in the batch.</summary>
    public void Expect(int number)
    {
        _tokens[number] = new TokenBuilder();
        Interlocked.Increment(ref _open);
    }

    /// <summary>All are announced: completes when all are durable.</summary>
    public Task WhenAllAsync(CancellationToken cancel)
    {
        Release();
        return _done.Task.WaitAsync(cancel);
    }

    /// <summary>The token of a durable action.</summary>
    public TokenBuilder Token(int number) => _tokens[number];

    void IAcknowledged.Acknowledged(long number, int lane, int partition, long offset)
    {
        _tokens[number].Note(lane, partition, offset);
        Release();
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _done.TrySetResult();
        }
    }
}
