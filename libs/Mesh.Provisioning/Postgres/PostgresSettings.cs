using System.Globalization;

namespace Mesh.Provisioning.Postgres;

/// <summary>The command line of the server.</summary>
internal static class PostgresSettings
{
    internal static List<string> Arguments(string directory, int port, PostgresOptions options)
    {
        var settings = new Dictionary<string, string>
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["max_connections"] = "200",
            ["shared_buffers"] = "256MB",
            ["huge_pages"] = "off",
            // Few and long checkpoints: after each, the first change of a page writes the whole page to the log again.
            ["max_wal_size"] = "4GB",
            ["checkpoint_timeout"] = "15min",
            ["wal_compression"] = "off",
            // A new cluster has no log files to use again: to fill each with zeros first held up commits for 0.1 s.
            ["wal_init_zero"] = "off",
            ["fsync"] = options.Durable ? "on" : "off",
            ["synchronous_commit"] = "on",
            // Statements here are short and prepared: compiling them costs more than running them.
            ["jit"] = "off",
            ["autovacuum"] = "on",
            ["log_destination"] = "stderr",
            ["logging_collector"] = "off",
            ["log_checkpoints"] = "off",
        };
        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        // "-k ''": no unix socket, whose path has a length limit that a deep folder breaks.
        List<string> arguments = ["-D", directory, "-k", ""];
        foreach (var (name, value) in settings)
        {
            arguments.AddRange(["-c", $"{name}={value}"]);
        }

        return arguments;
    }
}
