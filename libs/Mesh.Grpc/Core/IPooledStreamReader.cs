namespace Grpc.Core;

/// <summary>A reader whose waiting costs no allocation, for those who await each move once.</summary>
/// <typeparam name="T">The message type.</typeparam>
internal interface IPooledStreamReader<out T> : IAsyncStreamReader<T>
{
    /// <summary>Moves to the next message.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>As <see cref="IAsyncStreamReader{T}.MoveNext"/>; to be awaited once, before the next move.</returns>
    ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken);
}
