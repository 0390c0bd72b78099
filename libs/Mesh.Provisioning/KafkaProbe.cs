using System.Buffers.Binary;
using System.Net.Sockets;

namespace Mesh.Provisioning;

/// <summary>Asks whether a broker answers, without a client library.</summary>
public static class KafkaProbe
{
    private const int CorrelationId = 0x6D657368;

    // ApiVersions v0 (https://kafka.apache.org/protocol#The_Messages_ApiVersions): size, key 18, version 0, correlation
    // id, null client id. Every broker since 0.10 answers it: size, correlation id, error code, …
    private static readonly byte[] Request =
        [0, 0, 0, 10, 0, 18, 0, 0, 0x6D, 0x65, 0x73, 0x68, 0xFF, 0xFF];

    /// <summary>Whether the broker at host and port answers an ApiVersions request without an error, now.</summary>
    public static async Task<bool> AnswersAsync(string host, int port, CancellationToken cancellation = default)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, cancellation);
            var stream = client.GetStream();
            await stream.WriteAsync(Request, cancellation);
            var response = new byte[10];
            await stream.ReadExactlyAsync(response, cancellation);
            return BinaryPrimitives.ReadInt32BigEndian(response.AsSpan(4)) == CorrelationId
                && BinaryPrimitives.ReadInt16BigEndian(response.AsSpan(8)) == 0;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false;
        }
    }
}
