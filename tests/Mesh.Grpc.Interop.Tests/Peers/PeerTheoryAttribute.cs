using Mesh.Grpc.Interop.Matrix;

namespace Mesh.Grpc.Interop.Tests.Peers;

/// <summary>A theory that needs a library of others: skipped, with the reason, where it is not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PeerTheoryAttribute : TheoryAttribute
{
    public PeerTheoryAttribute(string peer)
    {
        Name = peer;
        if (Peer.All.Single(p => p.Name == peer).Missing is { } reason)
        {
            Skip = $"{peer}: {reason}";
        }
    }

    public string Name { get; }
}
