namespace Grpc.Core;

/// <summary>
/// TLS with the certificate authorities that the operating system trusts. Other ones, and a client's own certificate,
/// are set on the channel's <c>HttpHandler</c>.
/// </summary>
public sealed class SslCredentials : ChannelCredentials
{
    /// <summary>Creates credentials.</summary>
    public SslCredentials()
    {
    }

    internal override bool IsSecure => true;
}
