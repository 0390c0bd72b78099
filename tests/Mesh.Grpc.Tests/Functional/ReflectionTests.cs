using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Mesh.Grpc.Tests.Protos.Reflected;

namespace Mesh.Grpc.Tests.Functional;

public sealed class ReflectionTests(ReflectionTests.Server server) : IClassFixture<ReflectionTests.Server>
{
    private const string ProtoFile = "Protos/reflected.proto";

    private ServerReflection.ServerReflectionClient Client => new(server.Echo.Channel);

    [Fact]
    public async Task List_EveryMappedService_IsNamed()
    {
        var response = await AskAsync(new ServerReflectionRequest { Host = "here", ListServices = "*" });

        Assert.Equal(
            [
                "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection", "mesh.grpc.tests.Echo",
                "mesh.grpc.tests.reflected.Reflected",
            ],
            response.ListServicesResponse.Service.Select(service => service.Name));
        Assert.Equal("here", response.ValidHost);
        Assert.Equal("*", response.OriginalRequest.ListServices);
    }

    [Theory]
    [InlineData("mesh.grpc.tests.reflected.Reflected")]
    [InlineData("mesh.grpc.tests.reflected.Reflected.Get")]
    [InlineData("mesh.grpc.tests.reflected.Outer.Inner")]
    [InlineData("mesh.grpc.tests.reflected.Outer.Inner.at")]
    [InlineData("mesh.grpc.tests.reflected.Outer.either")]
    [InlineData("mesh.grpc.tests.reflected.Outer.Kind")]
    [InlineData("mesh.grpc.tests.reflected.note")]
    public async Task Symbol_OfEveryKind_LeadsToItsFileAndWhatThatImports(string symbol)
    {
        var response = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });

        Assert.Equal(
            [ProtoFile, "google/protobuf/descriptor.proto", "google/protobuf/timestamp.proto"],
            response.FileDescriptorResponse.FileDescriptorProto.Select(
                file => FileDescriptorProto.Parser.ParseFrom(file).Name));
    }

    [Fact]
    public async Task File_ByName_IsTheOneThatWasCompiled()
    {
        var response = await AskAsync(new ServerReflectionRequest { FileByFilename = ProtoFile });

        Assert.Equal(
            ReflectedReflection.Descriptor.SerializedData,
            response.FileDescriptorResponse.FileDescriptorProto[0]);
    }

    [Fact]
    public async Task Extension_Known_IsFoundByTypeAndNumber()
    {
        var numbers = await AskAsync(
            new ServerReflectionRequest { AllExtensionNumbersOfType = "google.protobuf.MethodOptions" });
        var file = await AskAsync(new ServerReflectionRequest
        {
            FileContainingExtension = new ExtensionRequest
            {
                ContainingType = "google.protobuf.MethodOptions",
                ExtensionNumber = 50001,
            },
        });

        Assert.Equal("google.protobuf.MethodOptions", numbers.AllExtensionNumbersResponse.BaseTypeName);
        Assert.Equal([50001], numbers.AllExtensionNumbersResponse.ExtensionNumber);
        Assert.Equal(
            ReflectedReflection.Descriptor.SerializedData, file.FileDescriptorResponse.FileDescriptorProto[0]);
    }

    [Fact]
    public async Task Anything_Unknown_IsAnErrorInTheAnswerNotOfTheCall()
    {
        ServerReflectionRequest[] unknown =
        [
            new() { FileByFilename = "missing.proto" },
            new() { FileContainingSymbol = "mesh.grpc.tests.Missing" },
            new() { FileContainingExtension = new ExtensionRequest { ContainingType = "mesh.X", ExtensionNumber = 1 } },
            new() { AllExtensionNumbersOfType = "mesh.X" },
        ];
        using var call = Client.ServerReflectionInfo();
        foreach (var request in unknown)
        {
            await call.RequestStream.WriteAsync(request);
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
            Assert.Equal((int)StatusCode.NotFound, call.ResponseStream.Current.ErrorResponse.ErrorCode);
        }

        await call.RequestStream.WriteAsync(new ServerReflectionRequest());
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
        Assert.Equal((int)StatusCode.InvalidArgument, call.ResponseStream.Current.ErrorResponse.ErrorCode);
    }

    [Fact]
    public async Task V1Alpha_Symbol_IsAnsweredAlike()
    {
        var client = new global::Grpc.Reflection.V1Alpha.ServerReflection.ServerReflectionClient(server.Echo.Channel);
        using var call = client.ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new global::Grpc.Reflection.V1Alpha.ServerReflectionRequest
        {
            FileContainingSymbol = "mesh.grpc.tests.Echo",
        });
        await call.RequestStream.CompleteAsync();

        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
        Assert.Equal(
            Protos.EchoReflection.Descriptor.SerializedData,
            call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto.Single());
    }

    [MeshToolsFact("grpcurl")]
    public async Task Grpcurl_WithoutProtoFiles_ListsDescribesAndCalls()
    {
        var list = await Grpcurl.RunAsync(server.Echo, "list");
        var methods = await Grpcurl.RunAsync(server.Echo, "list", "mesh.grpc.tests.Echo");
        var service = await Grpcurl.RunAsync(server.Echo, "describe", "mesh.grpc.tests.reflected.Reflected");
        var message = await Grpcurl.RunAsync(server.Echo, "describe", "mesh.grpc.tests.reflected.Outer.Inner");
        var (code, output) = await Grpcurl.CallAsync(
            server.Echo, ["-d", """{"text":"hei"}"""], "mesh.grpc.tests.Echo/Unary");

        Assert.Contains("mesh.grpc.tests.reflected.Reflected", list.Output, StringComparison.Ordinal);
        Assert.Contains("mesh.grpc.tests.Echo.ServerStream", methods.Output, StringComparison.Ordinal);
        Assert.Contains(
            "rpc Get ( .mesh.grpc.tests.reflected.Outer ) returns ( .mesh.grpc.tests.reflected.Outer )",
            service.Output,
            StringComparison.Ordinal);
        Assert.Contains(".google.protobuf.Timestamp at = 1;", message.Output, StringComparison.Ordinal);
        Assert.Equal(0, code);
        Assert.Contains("\"text\": \"hei\"", output, StringComparison.Ordinal);
    }

    private async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
    {
        using var call = Client.ServerReflectionInfo();
        await call.RequestStream.WriteAsync(request);
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(EchoServer.Patience));
        return call.ResponseStream.Current;
    }

    /// <summary>One server for all questions.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal EchoServer Echo { get; private set; } = null!;

        public async Task InitializeAsync() => Echo = await EchoServer.StartAsync();

        public async Task DisposeAsync() => await Echo.DisposeAsync();
    }
}
