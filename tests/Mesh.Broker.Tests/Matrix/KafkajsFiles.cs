namespace Mesh.Broker.Tests.Matrix;

/// <summary>kafkajs and the script that uses it, in a folder of their own, installed once by the lock file.</summary>
internal static class KafkajsFiles
{
    private static readonly Lazy<string> Installed = new(Install);

    /// <summary>Why kafkajs cannot be used here; null when it can.</summary>
    public static string? Missing
    {
        get
        {
            if (!Tool.IsThere("node") || !Tool.IsThere("npm"))
            {
                return "node and npm are not there";
            }

            try
            {
                return Directory.Exists(Installed.Value) ? null : "kafkajs is not installed";
            }
            catch (InvalidOperationException e)
            {
                return $"kafkajs could not be installed: {e.Message.Split('\n')[0]}";
            }
        }
    }

    /// <summary>Runs the script against a broker; the line that it prints.</summary>
    public static Task<string> RunAsync(string servers, string topic, string group) =>
        Tool.RunAsync("node", [Path.Combine(Installed.Value, "check.js"), servers, topic, group]);

    private static string Install()
    {
        string source = Path.Combine(AppContext.BaseDirectory, "Kafkajs");
        string target = Path.Combine(Path.GetTempPath(), $"mesh-kafkajs-{Environment.UserName}");
        Directory.CreateDirectory(target);
        foreach (string file in Directory.GetFiles(source))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        }

        if (!File.Exists(Path.Combine(target, "node_modules", "kafkajs", "package.json")))
        {
            Tool.RunAsync("npm", ["ci", "--prefix", target, "--no-audit", "--no-fund"]).GetAwaiter().GetResult();
        }

        return target;
    }
}
