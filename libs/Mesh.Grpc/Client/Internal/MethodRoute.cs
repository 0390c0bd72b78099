using Grpc.Core;
using Grpc.Net.Client.Internal.Retries;

namespace Grpc.Net.Client.Internal;

/// <summary>What a channel knows of a method; made once for each.</summary>
internal sealed class MethodRoute(IMethod method, GrpcChannel channel)
{
    /// <summary>The path of the HTTP request.</summary>
    public string Path { get; } = method.FullName;

    /// <summary>The method at the channel's own address, for channels that do not choose among several.</summary>
    public Uri? Address { get; } =
        channel.Connections is null ? new Uri(channel.Address, method.FullName) : null;

    /// <summary>The service's address, for call credentials.</summary>
    public string ServiceUrl { get; } =
        $"{(channel.SendsTls ? "https" : "http")}://{channel.Target}/{method.ServiceName}";

    /// <summary>How failed calls are tried again; null for not at all.</summary>
    public RetryPlan? Retries { get; } = channel.Retries.Of(method);
}
