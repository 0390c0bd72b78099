using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Grpc.Tests.Protos;
using Microsoft.Extensions.Logging;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>Call credentials and TLS.</summary>
public sealed class CallCredentialsTests(CallCredentialsTests.Servers servers)
    : IClassFixture<CallCredentialsTests.Servers>
{
    private static readonly CallCredentials Token = CallCredentials.FromInterceptor((_, metadata) =>
    {
        metadata.Add("authorization", "Bearer abc");
        return Task.CompletedTask;
    });

    [Fact]
    public async Task CallCredentials_OverTls_ArriveWithWhatTheyAreFor()
    {
        AuthInterceptorContext? seen = null;
        using var channel = servers.SecureChannel();
        var credentials = CallCredentials.FromInterceptor(async (context, metadata) =>
        {
            await Task.Yield();
            seen = context;
            metadata.Add("authorization", "Bearer abc");
            metadata.Add("proof-bin", [1, 2]);
        });

        var reply = await new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Text = "authorization" }, new CallOptions(credentials: credentials));

        Assert.Equal("Bearer abc", reply.Text);
        Assert.Equal("Unary", seen!.MethodName);
        Assert.Equal($"https://localhost:{servers.Secure.Port}/mesh.grpc.tests.Echo", seen.ServiceUrl);
    }

    [Fact]
    public async Task CallCredentials_OfChannelAndCall_AreAddedInThatOrder()
    {
        static CallCredentials Of(string value) => CallCredentials.FromInterceptor((_, metadata) =>
        {
            metadata.Add("proof", value);
            return Task.CompletedTask;
        });
        using var channel = servers.SecureChannel(
            ChannelCredentials.Create(ChannelCredentials.SecureSsl, CallCredentials.Compose(Of("a"), Of("b"))));

        var reply = await new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Text = "proof" }, new CallOptions().WithCredentials(Of("c")));

        Assert.Equal("a,b,c", reply.Text.Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CallCredentials_WithoutTls_AreLeftOutWithAWarning()
    {
        var log = new LogOfTest();
        using var channel = GrpcChannel.ForAddress(
            servers.Plain.Address, new GrpcChannelOptions { LoggerFactory = log });

        var reply = await new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Text = "authorization" }, new CallOptions(credentials: Token));

        Assert.Equal("", reply.Text);
        Assert.Contains(log.Warnings, text => text.Contains("/mesh.grpc.tests.Echo/Unary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CallCredentials_WithoutTlsWhereTheUserInsists_AreSent()
    {
        using var channel = GrpcChannel.ForAddress(
            servers.Plain.Address, new GrpcChannelOptions { UnsafeUseInsecureChannelCallCredentials = true });

        var reply = await new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Text = "authorization" }, new CallOptions(credentials: Token));

        Assert.Equal("Bearer abc", reply.Text);
    }

    [Fact]
    public async Task CallCredentials_InterceptorRefuses_TheCallEndsWithItsStatus()
    {
        using var channel = servers.SecureChannel();
        var refusing = CallCredentials.FromInterceptor(
            (_, _) => throw new RpcException(new Status(StatusCode.Unauthenticated, "no token")));

        var failure = await StatusTests.FailureOf(new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest(), new CallOptions(credentials: refusing)).ResponseAsync);

        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        Assert.Equal("no token", failure.Status.Detail);
    }

    [Fact]
    public async Task CallCredentials_InterceptorHangs_TheDeadlineHolds()
    {
        using var channel = servers.SecureChannel();
        var hanging = CallCredentials.FromInterceptor((_, _) => new TaskCompletionSource().Task);

        var failure = await StatusTests.FailureOf(new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest(),
            new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(100), credentials: hanging)).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public void Compose_OfOne_IsRefused() =>
        Assert.Throws<ArgumentException>(() => CallCredentials.Compose(Token));

    [Fact]
    public void ChannelCredentials_InsecureWithCallCredentials_IsRefused() =>
        Assert.Throws<ArgumentException>(() => ChannelCredentials.Create(ChannelCredentials.Insecure, Token));

    [Theory]
    [InlineData("http://localhost", true)]
    [InlineData("https://localhost", false)]
    [InlineData("dns:///localhost", null)]
    public void ForAddress_CredentialsThatDoNotFit_NamesThem(string address, bool? isSecure)
    {
        var options = new GrpcChannelOptions
        {
            Credentials = isSecure switch
            {
                true => ChannelCredentials.SecureSsl,
                false => ChannelCredentials.Insecure,
                null => null,
            },
        };

        var refusal = Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress(address, options));

        Assert.Contains("GrpcChannelOptions.Credentials", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_UnknownAuthority_IsUnavailable()
    {
        using var channel = GrpcChannel.ForAddress($"https://localhost:{servers.Secure.Port}");

        var failure = await StatusTests.FailureOf(
            new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    public sealed class Servers : IAsyncLifetime
    {
        private X509Certificate2 _certificate = null!;

        internal EchoServer Plain { get; private set; } = null!;

        internal EchoServer Secure { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest(
                "CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var made = request.CreateSelfSigned(
                DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            _certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
            Plain = await EchoServer.StartAsync();
            Secure = await EchoServer.StartAsync(certificate: _certificate);
            Plain.Service.OnUnary = Secure.Service.OnUnary = (request, context) => Task.FromResult(new EchoReply
            {
                Text = string.Join(',', context.RequestHeaders.GetAll(request.Text).Select(entry => entry.Value)),
            });
        }

        public async Task DisposeAsync()
        {
            await Plain.DisposeAsync();
            await Secure.DisposeAsync();
            _certificate.Dispose();
        }

        /// <summary>A channel that trusts the one certificate.</summary>
        internal GrpcChannel SecureChannel(ChannelCredentials? credentials = null) => GrpcChannel.ForAddress(
            $"https://localhost:{Secure.Port}",
            new GrpcChannelOptions
            {
                Credentials = credentials,
                DisposeHttpClient = true,
                HttpHandler = new SocketsHttpHandler
                {
                    SslOptions = new SslClientAuthenticationOptions
                    {
                        RemoteCertificateValidationCallback = (_, shown, _, errors) =>
                            (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0
                            && shown!.GetCertHashString() == _certificate.GetCertHashString(),
                    },
                },
            });
    }

    private sealed class LogOfTest : ILoggerFactory, ILogger
    {
        public List<string> Warnings { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
            {
                lock (Warnings)
                {
                    Warnings.Add(formatter(state, exception));
                }
            }
        }

        public void Dispose()
        {
        }
    }
}
