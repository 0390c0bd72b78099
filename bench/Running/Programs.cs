using Mesh.Provisioning;

namespace Mesh.Bench.Running;

/// <summary>Starts our own programs as child processes, under the runtime that runs this one.</summary>
internal static class Programs
{
    private static readonly string Runtime = Environment.ProcessPath ?? "dotnet";

    internal static ChildProcess Start(
        string assembly,
        IEnumerable<string> arguments,
        Action<string> output,
        Action<string> error,
        IReadOnlyDictionary<string, string?>? environment = null) =>
        ChildProcess.Start(new ChildProcessOptions
        {
            FileName = Runtime,
            Arguments = ["exec", assembly, .. arguments],
            Environment = environment ?? new Dictionary<string, string?>(),
            OnOutput = output,
            OnError = error,
        });

    /// <summary>
    /// The same with what others leave of the processors: a client's own work happens on other machines.
    /// </summary>
    internal static ChildProcess StartModestly(
        string assembly, IEnumerable<string> arguments, Action<string> output, Action<string> error) =>
        ChildProcess.Start(new ChildProcessOptions
        {
            FileName = "chrt",
            Arguments = ["--idle", "0", Runtime, "exec", assembly, .. arguments],
            OnOutput = output,
            OnError = error,
        });
}
