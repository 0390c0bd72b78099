using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>Ways to read an <see cref="IAsyncStreamReader{T}"/>.</summary>
public static class AsyncStreamReaderExtensions
{
    /// <summary>Moves to the next message without a cancellation token.</summary>
    /// <param name="streamReader">The stream to read.</param>
    /// <typeparam name="T">The message type.</typeparam>
    /// <returns>True with a message in <see cref="IAsyncStreamReader{T}.Current"/>; false at the end.</returns>
    public static Task<bool> MoveNext<T>(this IAsyncStreamReader<T> streamReader)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return streamReader.MoveNext(CancellationToken.None);
    }

    /// <summary>Reads all remaining messages.</summary>
    /// <param name="streamReader">The stream to read.</param>
    /// <param name="cancellationToken">Ends the enumeration with an exception.</param>
    /// <typeparam name="T">The message type.</typeparam>
    /// <returns>The messages, in order. It can be enumerated once.</returns>
    public static IAsyncEnumerable<T> ReadAllAsync<T>(
        this IAsyncStreamReader<T> streamReader, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return streamReader is IPooledStreamReader<T> pooled
            ? ReadAllPooled(pooled, cancellationToken)
            : ReadAll(streamReader, cancellationToken);
    }

    private static async IAsyncEnumerable<T> ReadAllPooled<T>(
        IPooledStreamReader<T> streamReader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await streamReader.MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return streamReader.Current;
        }
    }

    private static async IAsyncEnumerable<T> ReadAll<T>(
        IAsyncStreamReader<T> streamReader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await streamReader.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            yield return streamReader.Current;
        }
    }
}
