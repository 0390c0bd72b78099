using System.Globalization;
using Grpc.Core;
using Mesh.Grpc.Tests.Functional.Raw;
using Mesh.Grpc.Tests.Protos;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>
/// Requests that are wrong by chance. <c>MESH_GRPC_MUTATIONS</c> sets how many of each kind, 200 unless set.
/// </summary>
public sealed class MutationTests : IAsyncLifetime
{
    private const int GrownMebibytes = 32;

    private static readonly int Count = int.Parse(
        Environment.GetEnvironmentVariable("MESH_GRPC_MUTATIONS") ?? "200", CultureInfo.InvariantCulture);

    private EchoServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await EchoServer.StartAsync();
        _server.Service.OnUnary = (request, context) =>
            Task.FromResult(new EchoReply { Text = request.Text, Count = context.RequestHeaders.Count });
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Body_Mutated_EachEndsWithAStatusAndTheNextCallIsAnswered()
    {
        var mutations = new Mutations(seed: 1);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var connection = await RawConnection.OpenAsync(_server.Address);
        for (var i = 0; i < Count; i++)
        {
            var (wrong, right) = ((4 * i) + 1, (4 * i) + 3);
            await connection.SendAsync([.. mutations.Body(wrong), .. Valid(right)]);
            await connection.Reply(wrong).Ended.WaitAsync(EchoServer.Patience);
            await connection.Reply(right).Ended.WaitAsync(EchoServer.Patience);

            // Too long, unparsable, incomplete, damaged when compressed; or still right by chance.
            Assert.Contains(connection.Reply(wrong).GrpcStatus, new[] { "0", "8", "13" });
            Assert.Equal("200", connection.Reply(wrong).HttpStatus);
            Assert.Equal("0", connection.Reply(right).GrpcStatus);
        }

        AssertNotGrown(before);
    }

    [Fact]
    public async Task Headers_Mutated_EachEndsAndTheNextCallIsAnswered()
    {
        var mutations = new Mutations(seed: 2);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var connection = await RawConnection.OpenAsync(_server.Address);
        var (stream, reconnects) = (1, 0);
        for (var i = 0; i < Count; i++)
        {
            await connection.SendAsync([.. mutations.Headers(stream), .. Valid(stream + 2)]);
            var both = Task.WhenAll(connection.Reply(stream).Ended, connection.Reply(stream + 2).Ended);
            await Task.WhenAny(both, connection.Closed).WaitAsync(EchoServer.Patience);
            if (both.IsCompleted)
            {
                Assert.Equal("0", connection.Reply(stream + 2).GrpcStatus);
                var reply = connection.Reply(stream);
                Assert.True(
                    reply.ResetCode is not null || reply.HttpStatus is not (null or "200" or "500")
                    || (reply.HttpStatus == "200" && reply.GrpcStatus is "0" or "4" or "12" or "13"),
                    $"{i}: HTTP {reply.HttpStatus}, gRPC {reply.GrpcStatus}");
                stream += 4;
                continue;
            }

            // Headers that HTTP/2 itself forbids may cost the connection, never the server.
            reconnects++;
            await connection.DisposeAsync();
            connection = await RawConnection.OpenAsync(_server.Address);
            stream = 1;
        }

        await connection.DisposeAsync();
        Assert.InRange(reconnects, 0, Count * 3 / 4);
        AssertNotGrown(before);
    }

    [Fact]
    public async Task Frames_Mutated_ConnectionsEndAndTheNextOneIsServed()
    {
        var mutations = new Mutations(seed: 3);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Count; i++)
        {
            await using (var connection = await RawConnection.OpenAsync(_server.Address))
            {
                await connection.SendAsync(mutations.Anywhere(stream: 1));
                connection.EndSending();
                await connection.Closed.WaitAsync(EchoServer.Patience);
            }

            if (i % 20 == 0)
            {
                await using var next = await RawConnection.OpenAsync(_server.Address);
                await next.SendAsync(Valid(1));
                await next.Reply(1).Ended.WaitAsync(EchoServer.Patience);
                Assert.Equal("0", next.Reply(1).GrpcStatus);
            }
        }

        AssertNotGrown(before);
    }

    private static byte[] Valid(int stream) => RawFrames.Request(stream, RawFrames.UnaryPath, [10, 1, (byte)'x']);

    private static void AssertNotGrown(long before) => Assert.InRange(
        GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, GrownMebibytes * 1024L * 1024);
}
