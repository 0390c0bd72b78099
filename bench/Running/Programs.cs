using Mesh.Provisioning;

namespace Mesh.Bench.Running;

/// <summary>Starts our own programs as child processes, under the runtime that runs this one.</summary>
internal static class Programs
{
    internal static ChildProcess Start(string assembly, IEnumerable<string> arguments, Action<string> line) =>
        Start(assembly, arguments, line, line);

    internal static ChildProcess Start(
        string assembly, IEnumerable<string> arguments, Action<string> output, Action<string> error) =>
        ChildProcess.Start(new ChildProcessOptions
        {
            FileName = Environment.ProcessPath ?? "dotnet",
            Arguments = ["exec", assembly, .. arguments],
            OnOutput = output,
            OnError = error,
        });
}
