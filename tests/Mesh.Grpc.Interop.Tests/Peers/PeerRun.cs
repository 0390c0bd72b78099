using Mesh.Grpc.Interop.Matrix;

namespace Mesh.Grpc.Interop.Tests.Peers;

/// <summary>All cases with a peer, both ways, run once for all tests of a class.</summary>
public abstract class PeerRun : IAsyncLifetime
{
    private Outcome[] _outcomes = [];

    private protected abstract Peer Peer { get; }

    public async Task InitializeAsync()
    {
        if (Peer.Missing is null)
        {
            _outcomes = await MatrixRun.WithAsync(Peer);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    internal Outcome Of(string name, Direction direction) =>
        _outcomes.Single(o => o.Case == name && o.Direction == direction);
}
