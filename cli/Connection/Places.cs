using System.CommandLine;

namespace Mesh.Cli.Connection;

/// <summary>The options that say where the mesh is, and what stands in for them.</summary>
internal static class Places
{
    private const string DefaultGateway = "http://127.0.0.1:8400";
    private const string DefaultBroker = "127.0.0.1:8492";

    internal static Option<string?> GatewayOption() => new("--gateway")
    {
        Description = $"Address of the gateway; else from .mesh/run.json, else {DefaultGateway}.",
        HelpName = "URL",
    };

    internal static Option<string?> BrokerOption() => new("--broker")
    {
        Description = $"Address of the Kafka broker; else from .mesh/run.json, else {DefaultBroker}.",
        HelpName = "HOST:PORT",
    };

    internal static Option<bool> JsonOption() => new("--json") { Description = "Prints JSON." };

    /// <summary>The gateway's address: as given, else as the run file says, else the default.</summary>
    /// <exception cref="CliException">It is not an address.</exception>
    internal static Uri Gateway(string? given, RunFile? run)
    {
        string text = given ?? run?.Gateway ?? DefaultGateway;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? address
            : throw new CliException($"--gateway must be an address such as {DefaultGateway}, not '{text}'.");
    }

    /// <summary>The broker's address: as given, else as the run file says, else the default.</summary>
    internal static string Broker(string? given, RunFile? run) => given ?? run?.Broker ?? DefaultBroker;

    internal static RunFile? Run() => RunFile.Find(Directory.GetCurrentDirectory());
}
