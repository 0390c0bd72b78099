using Grpc.Wire;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The options of one service, checked, as its calls use them. Immutable.</summary>
internal sealed class ServiceSettings
{
    /// <summary>Reads options.</summary>
    /// <param name="all">Those of all services.</param>
    /// <param name="own">Those of this service, which go before.</param>
    /// <exception cref="InvalidOperationException">An option is wrong; the message names it.</exception>
    public ServiceSettings(GrpcServiceOptions all, GrpcServiceOptions own)
    {
        MaxReceiveMessageSize = own.IsMaxReceiveSet ? own.MaxReceiveMessageSize : all.MaxReceiveMessageSize;
        MaxSendMessageSize = own.IsMaxSendSet ? own.MaxSendMessageSize : all.MaxSendMessageSize;
        ThrowIfNegative(MaxReceiveMessageSize, nameof(MaxReceiveMessageSize));
        ThrowIfNegative(MaxSendMessageSize, nameof(MaxSendMessageSize));
        EnableDetailedErrors = own.EnableDetailedErrors ?? all.EnableDetailedErrors ?? false;
        IgnoreUnknownServices = own.IgnoreUnknownServices ?? all.IgnoreUnknownServices ?? false;
        Encodings = new MessageEncodings(
            [.. all.CompressionProviders, .. own.CompressionProviders],
            own.ResponseCompressionLevel ?? all.ResponseCompressionLevel);
        var algorithm = own.ResponseCompressionAlgorithm ?? all.ResponseCompressionAlgorithm;
        if (!Encodings.TryFind(algorithm, out var encoding))
        {
            throw new InvalidOperationException(
                $"ResponseCompressionAlgorithm is '{algorithm}', but CompressionProviders has no provider of that "
                + $"name. Known: {Encodings.AcceptValue}.");
        }

        ResponseEncoding = encoding;
        Interceptors =
            [.. all.Interceptors.Concat(own.Interceptors).Select(registration => new InterceptorSource(registration))];
    }

    public int? MaxReceiveMessageSize { get; }

    public int? MaxSendMessageSize { get; }

    public bool EnableDetailedErrors { get; }

    public bool IgnoreUnknownServices { get; }

    public MessageEncodings Encodings { get; }

    /// <summary>How responses are compressed where the client accepts it; null for not at all.</summary>
    public MessageEncoding? ResponseEncoding { get; }

    /// <summary>What stands around each call, outermost first.</summary>
    public InterceptorSource[] Interceptors { get; }

    private static void ThrowIfNegative(int? size, string name)
    {
        if (size < 0)
        {
            throw new InvalidOperationException($"{name} is {size}; it must be null or at least 0.");
        }
    }
}
