using System.IO.Compression;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using Mesh.Grpc.Tests.Protos;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Grpc.Tests.Functional;

public sealed class CompressionTests : IAsyncLifetime
{
    private const string Unary = "mesh.grpc.tests.Echo/Unary";
    private static readonly Metadata AskForGzip = new() { { "grpc-internal-encoding-request", "gzip" } };

    private readonly HttpClient _http = RawClient.Create();
    private EchoServer _server = null!;

    public async Task InitializeAsync() => _server = await EchoServer.StartAsync(configure: services =>
        services.Configure<GrpcServiceOptions>(options => options.MaxReceiveMessageSize = 100_000));

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("gzip", null)]
    [InlineData("deflate", null)]
    [InlineData("gzip", WriteFlags.NoCompress)]
    public async Task Request_EncodingAskedFor_IsCompressedUnlessTheWriteForbids(string encoding, WriteFlags? flags)
    {
        CountingProvider provider = new(encoding);
        using var channel = GrpcChannel.ForAddress(
            _server.Address, new GrpcChannelOptions { CompressionProviders = [provider] });
        string? announced = null;
        _server.Service.OnUnary = (request, context) =>
        {
            announced = context.GetHttpContext().Request.Headers["grpc-encoding"];
            Assert.DoesNotContain(
                context.RequestHeaders, entry => entry.Key.StartsWith("grpc-", StringComparison.Ordinal));
            return Task.FromResult(new EchoReply { Text = request.Text });
        };
        var text = new string('x', 50_000);
        var options = new CallOptions(
            new Metadata { { "grpc-internal-encoding-request", encoding } },
            writeOptions: flags is { } set ? new WriteOptions(set) : null);

        var reply = await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = text }, options);

        Assert.Equal(text, reply.Text);
        Assert.Equal(encoding, announced);
        Assert.Equal(flags is null ? 1 : 0, provider.Compressed);
    }

    [Fact]
    public async Task RequestStream_SomeMessagesNot_AllArrive()
    {
        CountingProvider provider = new("gzip");
        using var channel = GrpcChannel.ForAddress(
            _server.Address, new GrpcChannelOptions { CompressionProviders = [provider] });
        using var call = new Echo.EchoClient(channel).Duplex(AskForGzip);
        for (var i = 0; i < 6; i++)
        {
            call.RequestStream.WriteOptions = i % 2 == 0 ? null : new WriteOptions(WriteFlags.NoCompress);
            await call.RequestStream.WriteAsync(new EchoRequest { Text = new string((char)('a' + i), 1_000) });
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
            Assert.Equal(new string((char)('a' + i), 1_000), call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.Equal(3, provider.Compressed);
    }

    [Fact]
    public async Task Request_EncodingUnknownToTheChannel_CannotStart()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () => await _server.Client.UnaryAsync(
            new EchoRequest(), new Metadata { { "grpc-internal-encoding-request", "br" } }));

        Assert.Contains("'br'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_ServerCompresses_ArrivesCompressedOnlyWhereAccepted()
    {
        await using var server = await EchoServer.StartAsync(configure: services =>
            services.Configure<GrpcServiceOptions>(options => options.ResponseCompressionAlgorithm = "gzip"));
        var body = Frame(0, new EchoRequest { Text = new string('x', 5_000) }.ToByteArray());

        using var accepted = await SendAsync(server, body, "grpc-accept-encoding", "identity, gzip");
        using var refused = await SendAsync(server, body, "grpc-accept-encoding", "deflate");
        var compressed = await accepted.Content.ReadAsByteArrayAsync();
        var plain = await refused.Content.ReadAsByteArrayAsync();

        Assert.Equal("gzip", accepted.Headers.GetValues("grpc-encoding").Single());
        Assert.Equal(1, compressed[0]);
        Assert.InRange(compressed.Length, 10, 500);
        Assert.Equal(new string('x', 5_000), EchoReply.Parser.ParseFrom(Unzip(compressed[5..])).Text);
        Assert.False(refused.Headers.Contains("grpc-encoding"));
        Assert.Equal(0, plain[0]);
        Assert.Equal(new string('x', 5_000), (await server.Client.UnaryAsync(
            new EchoRequest { Text = new string('x', 5_000) })).Text);
    }

    [Fact]
    public async Task Response_TooSmallToGain_IsSentPlain()
    {
        await using var server = await EchoServer.StartAsync(configure: services =>
            services.Configure<GrpcServiceOptions>(options => options.ResponseCompressionAlgorithm = "gzip"));

        using var response = await SendAsync(server, Frame(0, []), "grpc-accept-encoding", "gzip");

        Assert.Equal([0, 0, 0, 0, 2, 24, 1], await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Response_HandlerAsks_IsCompressedUnlessTheWriteForbids()
    {
        _server.Service.OnServerStream = async (_, responses, context) =>
        {
            await context.WriteResponseHeadersAsync(AskForGzip);
            foreach (var flags in new[] { default, WriteFlags.NoCompress })
            {
                responses.WriteOptions = new WriteOptions(flags);
                await responses.WriteAsync(new EchoReply { Text = new string('x', 1_000) });
            }
        };

        using var call = _server.Client.ServerStream(new EchoRequest());
        Assert.Equal(2, await call.ResponseStream.ReadAllAsync().CountAsync());
        using var raw = await RawClient.SendAsync(
            _http, _server.Address, "mesh.grpc.tests.Echo/ServerStream", Frame(0, []),
            request => request.Headers.TryAddWithoutValidation("grpc-accept-encoding", "gzip"));
        var body = await raw.Content.ReadAsByteArrayAsync();

        Assert.Equal(1, body[0]);
        Assert.Equal(0, body[5 + body[4]]);
        Assert.InRange(body.Length, 1_000, 1_200);
        Assert.False(raw.Headers.Contains("grpc-internal-encoding-request"));
    }

    [Fact]
    public async Task Request_DecompressedAboveTheLimit_IsResourceExhausted()
    {
        var bomb = Zip(new EchoRequest { Text = new string('x', 50_000_000) }.ToByteArray());
        Assert.InRange(bomb.Length, 1, 99_999);

        using var response = await SendAsync(_server, Frame(1, bomb), "grpc-encoding", "gzip");

        Assert.Equal("8", RawClient.StatusOf(response));
    }

    [Theory]
    [InlineData(100_000, "0")]
    [InlineData(100_001, "8")]
    public async Task Request_DecompressedAtTheLimit_IsTheLast(int bytes, string status)
    {
        var overhead = new EchoRequest { Text = new string('x', 90_000) }.CalculateSize() - 90_000;
        var message = new EchoRequest { Text = new string('x', bytes - overhead) }.ToByteArray();
        Assert.Equal(bytes, message.Length);

        using var response = await SendAsync(_server, Frame(1, Zip(message)), "grpc-encoding", "gzip");

        Assert.Equal(status, RawClient.StatusOf(response));
    }

    [Fact]
    public async Task Request_DamagedOrTruncated_IsInternal()
    {
        var zipped = Zip(new EchoRequest { Text = "hei hei hei hei" }.ToByteArray());
        byte[] flipped = [.. zipped];
        flipped[^6] ^= 0xff;

        foreach (var payload in new[] { [1, 2, 3], flipped, zipped[..^10] })
        {
            using var response = await SendAsync(_server, Frame(1, payload), "grpc-encoding", "gzip");
            Assert.Equal("13", RawClient.StatusOf(response));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("identity")]
    public async Task Request_FlaggedWithoutEncoding_IsInternal(string? encoding)
    {
        using var response = await RawClient.SendAsync(
            _http, _server.Address, Unary, Frame(1, Zip([])), request =>
            {
                if (encoding is not null)
                {
                    request.Headers.TryAddWithoutValidation("grpc-encoding", encoding);
                }
            });

        Assert.Equal("13", RawClient.StatusOf(response));
    }

    [Fact]
    public async Task Option_UnknownAlgorithm_StopsTheStart()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => EchoServer.StartAsync(
            configure: services => services.Configure<GrpcServiceOptions>(
                options => options.ResponseCompressionAlgorithm = "zstd")));

        Assert.Contains("ResponseCompressionAlgorithm is 'zstd'", failure.Message, StringComparison.Ordinal);
    }

    private static byte[] Frame(byte flag, byte[] payload) =>
    [
        flag, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8),
        (byte)payload.Length, .. payload,
    ];

    private static byte[] Zip(byte[] plain)
    {
        using MemoryStream target = new();
        using (GZipStream gzip = new(target, CompressionLevel.Optimal))
        {
            gzip.Write(plain);
        }

        return target.ToArray();
    }

    private static byte[] Unzip(byte[] zipped)
    {
        using GZipStream gzip = new(new MemoryStream(zipped), CompressionMode.Decompress);
        using MemoryStream plain = new();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private Task<HttpResponseMessage> SendAsync(EchoServer server, byte[] body, string header, string value) =>
        RawClient.SendAsync(
            _http, server.Address, Unary, body, request => request.Headers.TryAddWithoutValidation(header, value));

    /// <summary>Counts what it compresses.</summary>
    private sealed class CountingProvider(string name) : ICompressionProvider
    {
        private readonly ICompressionProvider _inner = name == "gzip"
            ? new GzipCompressionProvider(CompressionLevel.Fastest)
            : new DeflateCompressionProvider(CompressionLevel.Fastest);

        public int Compressed { get; private set; }

        public string EncodingName => name;

        public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel)
        {
            Compressed++;
            return _inner.CreateCompressionStream(stream, compressionLevel);
        }

        public Stream CreateDecompressionStream(Stream stream) => _inner.CreateDecompressionStream(stream);
    }
}
