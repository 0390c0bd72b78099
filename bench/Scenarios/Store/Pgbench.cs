using System.Globalization;
using System.Text;
using Mesh.Provisioning;

namespace Mesh.Bench.Scenarios.Store;

/// <summary>PostgreSQL's own load program, inserting one event as one row per transaction.</summary>
internal sealed class Pgbench
{
    private const string Root = "/usr/lib/postgresql";
    private const string Threads = "2";

    // Each client is a partition and counts its positions up; everything it says is a parameter.
    private const string Script = """
        \set position :position + 1
        \set previous :position - 1
        insert into rows (partition, position, stream, type, target, previous, root, body)
        values (:client_id, :position, :stream, :type, :target, :previous, :root, :body);
        """;

    private readonly string _program;
    private readonly string _script;
    private readonly int _port;
    private long _runs;

    internal Pgbench(Ground ground)
    {
        _port = ground.Port;
        _script = Path.Combine(ground.Folder, "insert.sql");
        File.WriteAllText(_script, Script + "\n");
        _program = Directory.GetDirectories(Root)
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out int version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin", "pgbench"))
            .FirstOrDefault(File.Exists)
            ?? throw new BenchException($"There is no pgbench below {Root}. Run: apt-get install postgresql");
    }

    /// <summary>Inserts for so long.</summary>
    /// <param name="database">Where there is a table of <see cref="RowTable"/>.</param>
    /// <param name="clients">So many at once, each on its connection.</param>
    /// <param name="time">Whole seconds.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>How many transactions.</returns>
    /// <exception cref="BenchException">It failed.</exception>
    internal async Task<long> RunAsync(
        string database, int clients, TimeSpan time, CancellationToken cancellation)
    {
        StringBuilder output = new();
        await using ChildProcess child = ChildProcess.Start(new ChildProcessOptions
        {
            FileName = _program,
            Arguments =
            [
                "-n", "-M", "prepared", "-f", _script, "-c", Text(clients), "-j", clients == 1 ? "1" : Threads,
                "-T", Text(Math.Max(1, (long)Math.Round(time.TotalSeconds))),
                "-D", $"position={Text(++_runs * 1_000_000_000)}",
                "-D", $"stream={SampleEvent.Stream(0, 1, 1)}",
                "-D", $"type={SampleEvent.Type}",
                "-D", $"target={SampleEvent.Topic}",
                "-D", $"root={Encoding.ASCII.GetString(SampleEvent.Root)}",
                "-D", $"body={Encoding.ASCII.GetString(SampleEvent.Body)}",
                "-h", "127.0.0.1", "-p", Text(_port), "-U", PostgresCluster.UserName, database,
            ],
            OnOutput = Take,
            OnError = Take,
        });
        int code = await child.Exited.WaitAsync(cancellation);
        return code == 0 && Count(output.ToString()) is { } count
            ? count
            : throw new BenchException($"pgbench ended with {code}:\n{output}");

        void Take(string line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }
    }

    // "number of transactions actually processed: 12345"
    private static long? Count(string output)
    {
        string? line = output.Split('\n').FirstOrDefault(
            l => l.StartsWith("number of transactions actually processed:", StringComparison.Ordinal));
        return line is null ? null : long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
