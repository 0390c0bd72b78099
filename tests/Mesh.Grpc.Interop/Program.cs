using Mesh.Grpc.Interop.Client;
using Mesh.Grpc.Interop.Matrix;
using Mesh.Grpc.Interop.Server;

namespace Mesh.Grpc.Interop;

/// <summary>
/// The interoperability programs of gRPC, with their official flags, and the matrix of this library with others.
/// </summary>
internal static class Program
{
    private const string Usage = """
        server --port=N                                        serves grpc.testing.TestService
        client --server_host=H --server_port=N --test_case=C   runs the cases (names with commas between, or all);
                                                               exits with 0 when all have passed
        matrix [--write]                                       runs all cases against the peers that are here, in both
                                                               directions; --write keeps the page in docs/INTEROP.md
        descriptors FILE                                       writes the messages as a descriptor set
        """;

    private static async Task<int> Main(string[] args)
    {
        try
        {
            return args switch
            {
                ["server", ..] => await ServeAsync(args),
                ["client", ..] => await CallAsync(args),
                ["matrix", ..] => await MatrixAsync(args),
                ["descriptors", var file] => Describe(file),
                _ => throw new InteropException($"Expected a command:\n{Usage}"),
            };
        }
        catch (Exception exception) when (exception is InteropException or IOException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }

    private static async Task<int> ServeAsync(string[] args)
    {
        var options = new Options(args.AsSpan(1), "--port", "--use_tls");
        await using var server = await InteropServer.StartAsync(options.Port("--port", lowest: 0));
        Console.WriteLine($"listening on port {server.Port}");
        await server.WaitForShutdownAsync();
        return 0;
    }

    private static async Task<int> MatrixAsync(string[] args)
    {
        var options = new Options(args.AsSpan(1), "--write!");
        return await MatrixCommand.RunAsync(
            options.Has("--write") ? Path.Combine(Peer.Root, "docs", "INTEROP.md") : null);
    }

    private static int Describe(string file)
    {
        Descriptors.Write(file);
        return 0;
    }

    private static async Task<int> CallAsync(string[] args)
    {
        var options = new Options(
            args.AsSpan(1), "--server_host", "--server_port", "--test_case", "--use_tls");
        string[] names = options.Text("--test_case") is var asked && asked == "all"
            ? [.. Cases.Official]
            : asked.Split(',');
        if (Array.Find(names, name => !Cases.Known(name)) is { } unknown)
        {
            throw new InteropException(
                $"--test_case: '{unknown}' is not known; there are {string.Join(", ", Cases.Official)}.");
        }

        using var context = new CaseContext(options.Text("--server_host", "localhost"), options.Port("--server_port"));
        var failed = 0;
        foreach (var name in names)
        {
            var failure = await Cases.RunAsync(name, context);
            Console.WriteLine(failure is null ? $"PASS {name}" : $"FAIL {name} {failure}");
            failed += failure is null ? 0 : 1;
        }

        return failed == 0 ? 0 : 1;
    }
}
