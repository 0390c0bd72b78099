using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Names the other side of a connection as gRPC does.</summary>
internal static class PeerName
{
    private const string CommonName = "x509_common_name";

    private static readonly AuthContext Nobody = new(null, []);

    public static string Of(ConnectionInfo connection) => connection.RemoteIpAddress switch
    {
        null => "unix:" + connection.Id,
        { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } address =>
            $"ipv6:[{address}]:{connection.RemotePort}",
        var address => $"ipv4:{address.MapToIPv4()}:{connection.RemotePort}",
    };

    /// <summary>What a client certificate proves; nothing without TLS.</summary>
    public static AuthContext Authenticate(ConnectionInfo connection)
    {
        if (connection.ClientCertificate is not { } certificate)
        {
            return Nobody;
        }

        var name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return new AuthContext(CommonName, new Dictionary<string, List<AuthProperty>>
        {
            [CommonName] = [AuthProperty.Create(CommonName, Encoding.UTF8.GetBytes(name))],
        });
    }
}
