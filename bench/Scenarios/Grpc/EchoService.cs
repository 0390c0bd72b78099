using Grpc.Core;

namespace Mesh.Bench.Scenarios.Grpc;

/// <summary>Sends back what it gets.</summary>
internal sealed class EchoService : Echo.EchoBase
{
    public override Task<EchoMessage> Unary(EchoMessage request, ServerCallContext context) => Task.FromResult(request);

    public override async Task Duplex(
        IAsyncStreamReader<EchoMessage> requestStream,
        IServerStreamWriter<EchoMessage> responseStream,
        ServerCallContext context)
    {
        await foreach (EchoMessage message in requestStream.ReadAllAsync())
        {
            await responseStream.WriteAsync(message);
        }
    }
}
