namespace Grpc.Core;

/// <summary>The client's side of a stream of requests.</summary>
/// <typeparam name="T">The request type.</typeparam>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Ends the stream of requests, sending what has been buffered. Nothing can be written afterwards.</summary>
    /// <returns>A task that completes when the end has been handed to the transport.</returns>
    Task CompleteAsync();
}
