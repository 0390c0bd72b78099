using System.Globalization;
using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>AppHost's command line.</summary>
internal static class ArgumentParser
{
    internal const string Usage =
        """
        Starts every part of the application on this machine and stops them on Ctrl+C.

        Usage: dotnet run --project AppHost -- [options]

          --fresh              start empty: delete the data of earlier runs
          --ports BASE         move the block of fixed ports (default 8400)
          --state DIR          keep data, logs and run.json here (default .mesh beside the solution)
          --replicas NAME=N    run N processes of a project; may be repeated
          --help               show this

        Environment:
          ConnectionStrings__postgres=Host=…;Port=…;Username=…    use this PostgreSQL instead of a private one
          ConnectionStrings__kafka=host:port,…                    use this broker instead of the embedded one
          KAFKA_HOME=DIR                                          run the Apache Kafka in DIR
        """;

    private const int HighestBase = 65_000;

    /// <exception cref="ProvisioningException">An argument is unknown, or its value is wrong: says which.</exception>
    internal static AppHostOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new AppHostOptions();
        var replicas = new Dictionary<string, int>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            string Value() => ++i < arguments.Count
                ? arguments[i]
                : throw new ProvisioningException($"{name} wants a value. See --help.");
            switch (name)
            {
                case "--help" or "-h":
                    options = options with { Help = true };
                    break;
                case "--fresh":
                    options = options with { Fresh = true };
                    break;
                case "--ports":
                    options = options with { PortBase = Number(name, Value(), 1024, HighestBase) };
                    break;
                case "--state":
                    options = options with { StateDirectory = Path.GetFullPath(Value()) };
                    break;
                case "--replicas":
                    AddReplicas(replicas, Value());
                    break;
                default:
                    throw new ProvisioningException($"Unknown argument {name}. See --help.");
            }
        }

        return options with { Replicas = replicas };
    }

    private static void AddReplicas(Dictionary<string, int> replicas, string value)
    {
        var parts = value.Split('=');
        if (parts.Length != 2 || parts[0].Length == 0)
        {
            throw new ProvisioningException($"--replicas wants NAME=N, not {value}.");
        }

        replicas[parts[0]] = Number("--replicas", parts[1], 1, 64);
    }

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= least && number <= most
            ? number
            : throw new ProvisioningException($"{name} wants a number from {least} to {most}, not {value}.");
}
