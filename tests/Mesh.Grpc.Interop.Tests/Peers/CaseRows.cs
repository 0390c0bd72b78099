using Mesh.Grpc.Interop.Client;
using Mesh.Grpc.Interop.Matrix;

namespace Mesh.Grpc.Interop.Tests.Peers;

/// <summary>The cases that a peer can run, whole or without the probe.</summary>
internal static class CaseRows
{
    public static TheoryData<string> All => [.. Cases.Official];

    public static TheoryData<string> Of(string peer, Direction direction) =>
    [
        .. from name in Cases.Official
           let exclusion = Exclusion.Find(peer, direction, name)
           where exclusion is null || exclusion.Instead is not null
           select name,
    ];
}
