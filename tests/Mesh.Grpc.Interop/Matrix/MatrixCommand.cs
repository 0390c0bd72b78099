namespace Mesh.Grpc.Interop.Matrix;

/// <summary><c>matrix</c>: runs everything that can run here and prints the page.</summary>
internal static class MatrixCommand
{
    /// <summary>Runs it.</summary>
    /// <param name="page">Where the page is written to; null: it is printed alone.</param>
    /// <returns>0 when no case has failed.</returns>
    public static async Task<int> RunAsync(string? page)
    {
        var alone = await MatrixRun.AloneAsync();
        List<(Peer Peer, Outcome[] Outcomes)> ran = [];
        List<(Peer Peer, string Reason)> absent = [];
        foreach (var peer in Peer.All)
        {
            if (peer.Missing is { } reason)
            {
                absent.Add((peer, reason));
            }
            else
            {
                ran.Add((peer, await MatrixRun.WithAsync(peer)));
            }
        }

        var text = MatrixTable.Render(alone, [.. ran], [.. absent]);
        Console.Write(text);
        if (page is not null && absent.Count > 0)
        {
            throw new InteropException($"{page} is not written: {absent[0].Peer.Name} did not run.");
        }

        if (page is not null)
        {
            await File.WriteAllTextAsync(page, text);
        }

        (string Peer, Outcome Outcome)[] failures =
        [
            .. from row in ran.Select(r => (r.Peer.Name, r.Outcomes)).Prepend(("Mesh.Grpc", alone))
               from outcome in row.Item2
               where outcome.Failure is not null
               select (row.Item1, outcome),
        ];
        foreach (var (peer, outcome) in failures)
        {
            Console.WriteLine($"FAILED {peer} {outcome.Direction} {outcome.Case}: {outcome.Failure}");
        }

        return failures.Length == 0 ? 0 : 1;
    }
}
