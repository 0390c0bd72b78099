namespace Grpc.Core;

/// <summary>Adds what proves who calls, such as a token, to the headers of a call.</summary>
/// <param name="context">The call.</param>
/// <param name="metadata">Receives the entries.</param>
/// <returns>A task that completes when they have been added; the call waits for it.</returns>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);
