using Grpc.Core;
using Mesh.Grpc.Tests.Protos;

namespace Mesh.Grpc.Tests.Functional;

/// <summary>Echoes, unless a test sets another behaviour.</summary>
internal sealed class EchoService : Echo.EchoBase
{
    public Func<EchoRequest, ServerCallContext, Task<EchoReply>>? OnUnary { get; set; }

    public Func<IAsyncStreamReader<EchoRequest>, ServerCallContext, Task<EchoReply>>? OnClientStream { get; set; }

    public Func<EchoRequest, IServerStreamWriter<EchoReply>, ServerCallContext, Task>? OnServerStream { get; set; }

    public Func<IAsyncStreamReader<EchoRequest>, IServerStreamWriter<EchoReply>, ServerCallContext, Task>? OnDuplex
    {
        get;
        set;
    }

    public override Task<EchoReply> Unary(EchoRequest request, ServerCallContext context) =>
        OnUnary?.Invoke(request, context)
        ?? Task.FromResult(new EchoReply { Text = request.Text, Payload = request.Payload, Count = 1 });

    public override async Task<EchoReply> ClientStream(
        IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        if (OnClientStream is not null)
        {
            return await OnClientStream(requestStream, context);
        }

        var reply = new EchoReply();
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            reply.Count++;
            reply.Text = request.Text;
        }

        return reply;
    }

    public override async Task ServerStream(
        EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        if (OnServerStream is not null)
        {
            await OnServerStream(request, responseStream, context);
            return;
        }

        for (var i = 0; i < request.Replies; i++)
        {
            await responseStream.WriteAsync(new EchoReply { Text = request.Text, Count = i });
        }
    }

    public override async Task Duplex(
        IAsyncStreamReader<EchoRequest> requestStream,
        IServerStreamWriter<EchoReply> responseStream,
        ServerCallContext context)
    {
        if (OnDuplex is not null)
        {
            await OnDuplex(requestStream, responseStream, context);
            return;
        }

        var count = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(new EchoReply { Text = request.Text, Count = count++ });
        }
    }
}
