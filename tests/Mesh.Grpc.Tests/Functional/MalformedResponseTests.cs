using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Grpc.Tests.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>What the client makes of servers that do not speak gRPC well.</summary>
public sealed class MalformedResponseTests
{
    [Theory]
    [InlineData(503, "text/plain", null, StatusCode.Unavailable)]
    [InlineData(404, "text/plain", null, StatusCode.Unimplemented)]
    [InlineData(200, "text/plain", null, StatusCode.Unknown)]
    [InlineData(200, "application/grpc", null, StatusCode.Unknown)]
    [InlineData(200, "application/grpc", "0", StatusCode.Internal)]
    [InlineData(200, "application/grpc", "9", StatusCode.FailedPrecondition)]
    [InlineData(403, "text/plain", "5", StatusCode.NotFound)]
    [InlineData(200, "application/grpc", "99", StatusCode.Unknown)]
    [InlineData(200, "application/grpc", "x", StatusCode.Unknown)]
    public async Task Head_Odd_IsMapped(int http, string contentType, string? grpcStatus, StatusCode expected)
    {
        var failure = await CallAsync(context =>
        {
            context.Response.StatusCode = http;
            context.Response.ContentType = contentType;
            if (grpcStatus is not null)
            {
                context.Response.Headers["grpc-status"] = grpcStatus;
            }

            return Task.CompletedTask;
        });

        Assert.Equal(expected, failure.StatusCode);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 5, 1 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 255 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 255, 0, 0, 0 }, StatusCode.ResourceExhausted)]
    public async Task Body_Odd_IsMapped(byte[] body, StatusCode expected)
    {
        var failure = await CallAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(body);
            context.Response.AppendTrailer("grpc-status", "0");
        });

        Assert.Equal(expected, failure.StatusCode);
    }

    [Fact]
    public async Task Stream_Aborted_IsAnError()
    {
        var failure = await CallAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        Assert.NotEqual(StatusCode.OK, failure.StatusCode);
    }

    private static async Task<RpcException> CallAsync(RequestDelegate respond)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        await using var app = builder.Build();
        app.Run(respond);
        await app.StartAsync();
        using var channel = GrpcChannel.ForAddress(app.Urls.Single());
        return await StatusTests.FailureOf(
            new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync);
    }
}
