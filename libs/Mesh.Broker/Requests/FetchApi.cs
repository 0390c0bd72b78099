using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>
/// Fetch, 4–12. A fetch waits for min_bytes until max_wait is over, woken by what arrives, and is answered by its
/// connection (<see cref="FetchRequest"/>). Sessions are declined by session id 0 (KIP-227 allows it), so every fetch
/// names all its partitions. Left out: rack-aware reading, divergence of epochs, aborted transactions.
/// </summary>
internal static class FetchApi
{
    public static readonly ApiSpec Spec = new(ApiKey.Fetch, 4, 12, 12, null);
}
