using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Testing;
using Mesh.Grpc.Interop.Wire;

namespace Mesh.Grpc.Interop.Client;

/// <summary>A channel to the server under test, and what the cases send.</summary>
internal sealed class CaseContext : IDisposable
{
    public const int LargeRequestBytes = 271_828;
    public const int LargeResponseBytes = 314_159;

    private static readonly byte[] Nulls = new byte[LargeRequestBytes];
    private readonly GrpcChannel _channel;

    public CaseContext(string host, int port)
    {
        Wire = new ScanningHandler(new SocketsHttpHandler { UseProxy = false });
        _channel = GrpcChannel.ForAddress(
            new UriBuilder("http", host, port).Uri, new GrpcChannelOptions { HttpHandler = Wire });
        Service = new TestService.TestServiceClient(_channel);
        Unimplemented = new UnimplementedService.UnimplementedServiceClient(_channel);
    }

    public TestService.TestServiceClient Service { get; }

    public UnimplementedService.UnimplementedServiceClient Unimplemented { get; }

    /// <summary>Shows the compressed flags of the last call's messages.</summary>
    public ScanningHandler Wire { get; }

    /// <summary>Asks that the call's messages be compressed, but for those written with NoCompress.</summary>
    public static Metadata Compressing => new() { { "grpc-internal-encoding-request", "gzip" } };

    public static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(Nulls, 0, size) };

    public static SimpleRequest LargeRequest(BoolValue? expect = null, BoolValue? respond = null) => new()
    {
        ResponseSize = LargeResponseBytes,
        Payload = Zeros(LargeRequestBytes),
        ExpectCompressed = expect,
        ResponseCompressed = respond,
    };

    public static BoolValue Bool(bool value) => new() { Value = value };

    public void Dispose() => _channel.Dispose();
}
