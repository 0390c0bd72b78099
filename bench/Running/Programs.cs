using Mesh.Provisioning;

namespace Mesh.Bench.Running;

/// <summary>Starts our own programs as child processes, under the runtime that runs this one.</summary>
internal static class Programs
{
    internal static ChildProcess Start(
        string assembly,
        IEnumerable<string> arguments,
        Action<string> output,
        Action<string> error,
        IReadOnlyDictionary<string, string?>? environment = null) =>
        ChildProcess.Start(new ChildProcessOptions
        {
            FileName = Environment.ProcessPath ?? "dotnet",
            Arguments = ["exec", assembly, .. arguments],
            Environment = environment ?? new Dictionary<string, string?>(),
            OnOutput = output,
            OnError = error,
        });
}
