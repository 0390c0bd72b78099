using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Internal;

/// <summary>Every log message of the client.</summary>
internal static partial class ClientMessages
{
    [LoggerMessage(1, LogLevel.Warning,
        "The call credentials of {Method} were not sent: the channel to {Target} does not use TLS.")]
    public static partial void CallCredentialsNotSent(ILogger logger, string method, string target);

    [LoggerMessage(2, LogLevel.Warning, "The addresses could not be resolved.")]
    public static partial void ResolveFailed(ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Debug, "{Address} is {State}.")]
    public static partial void AddressChanged(ILogger logger, string address, Core.ConnectivityState state);

    [LoggerMessage(4, LogLevel.Debug, "{Method} is tried again in {Backoff} after attempt {Attempt}: {Status}")]
    public static partial void Retrying(
        ILogger logger, string method, TimeSpan backoff, int attempt, Core.StatusCode status);
}
