namespace Grpc.Core;

/// <summary>Handles a call with a stream of requests and one response.</summary>
/// <param name="requestStream">The requests.</param>
/// <param name="context">The call.</param>
/// <typeparam name="TRequest">The request type.</typeparam>
/// <typeparam name="TResponse">The response type.</typeparam>
/// <returns>The response.</returns>
public delegate Task<TResponse> ClientStreamingServerMethod<TRequest, TResponse>(
    IAsyncStreamReader<TRequest> requestStream, ServerCallContext context)
    where TRequest : class
    where TResponse : class;
