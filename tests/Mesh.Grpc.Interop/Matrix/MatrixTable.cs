using System.Text;
using Mesh.Grpc.Interop.Client;

namespace Mesh.Grpc.Interop.Matrix;

/// <summary>The matrix as a page of Markdown.</summary>
internal static class MatrixTable
{
    private const string Head = """
        # Interoperability

        gRPC's own interoperability cases, between this library (`Mesh.Grpc`) and libraries that others wrote.
        `dotnet run --project tests/Mesh.Grpc.Interop -- matrix` runs them all and prints this page; `--write` keeps it
        here. `dotnet test tests/Mesh.Grpc.Interop.Tests` asserts the same, where Node.js or grpcio is present.

        The programs take the official flags, so that any other language's can be pointed at them:
        `-- server --port=N`, `-- client --server_host=H --server_port=N --test_case=NAME`.


        """;

    private const string Notes = """

        ## How it is asserted

        - The compressed flag of each message is read from the wire on this library's side, client and server: the
          requests that its client sends, the responses that it receives, the requests that its server receives. Of
          the peers' clients only grpc++ sees the flag of a response; the others assert its contents.
        - `cacheable_unary` goes by POST: none of these libraries sends the GET of its description. The servers stand in
          for the caching proxy and keep an answer for as long as its `cache-control` says.
        - Cases that need an account of a cloud (`compute_engine_creds`, `jwt_token_creds`, `oauth2_auth_token`,
          `per_rpc_creds` and their like) do not apply.

        """;

    /// <summary>The page.</summary>
    /// <param name="alone">This library on both ends.</param>
    /// <param name="peers">The peers that ran, with what came of it.</param>
    /// <param name="absent">The peers that are not here, with the reason.</param>
    public static string Render(
        Outcome[] alone, (Peer Peer, Outcome[] Outcomes)[] peers, (Peer Peer, string Reason)[] absent)
    {
        StringBuilder page = new(Head.ReplaceLineEndings("\n"));
        page.Append("| case | Mesh.Grpc alone |");
        foreach (var (peer, _) in peers)
        {
            page.Append($" Mesh.Grpc → {peer.Name} {peer.Version} | {peer.Name} → Mesh.Grpc |");
        }

        page.Append("\n|---|---|").Insert(page.Length, "---|---|", peers.Length).Append('\n');
        foreach (var name in Cases.Official)
        {
            page.Append($"| {name} | {alone.Single(o => o.Case == name).Word} |");
            foreach (var (_, outcomes) in peers)
            {
                page.Append($" {Of(outcomes, name, Direction.MeshCalls).Word} |");
                page.Append($" {Of(outcomes, name, Direction.MeshServes).Word} |");
            }

            page.Append('\n');
        }

        page.Append("\nThe arrow leads from the client to the server.\n");
        foreach (var (peer, reason) in absent)
        {
            page.Append($"Not run, {peer.Name}: {reason}.\n");
        }

        page.Append("\n## What is left out, and why\n\n");
        foreach (var group in Exclusion.All.GroupBy(e => (e.Peer, e.Direction, e.Reason)))
        {
            var way = group.Key.Direction == Direction.MeshCalls
                ? $"Mesh.Grpc → {group.Key.Peer}" : $"{group.Key.Peer} → Mesh.Grpc";
            page.Append($"- {way}, {string.Join(", ", group.Select(e => $"`{e.Case}`"))}: {group.Key.Reason}.\n");
        }

        return page.Append(Notes.ReplaceLineEndings("\n")).ToString();
    }

    private static Outcome Of(Outcome[] outcomes, string name, Direction direction) =>
        outcomes.Single(o => o.Case == name && o.Direction == direction);
}
