namespace Grpc.Core;

/// <summary>The server's side of a stream of responses. It ends when the handler returns.</summary>
/// <typeparam name="T">The response type.</typeparam>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}
