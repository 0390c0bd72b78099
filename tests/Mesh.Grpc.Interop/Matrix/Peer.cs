using System.Diagnostics;

namespace Mesh.Grpc.Interop.Matrix;

/// <summary>A gRPC library that others wrote, and the programs on it in <c>peers/</c>.</summary>
internal abstract class Peer
{
    private static readonly string Programs = Path.Combine("tests", "Mesh.Grpc.Interop", "peers");

    /// <summary>All peers.</summary>
    public static Peer[] All { get; } = [new NodePeer(), new PythonPeer(), new CppPeer()];

    /// <summary>The library's name.</summary>
    public abstract string Name { get; }

    /// <summary>Which version of the library runs here.</summary>
    public abstract string Version { get; }

    /// <summary>What is missing here; null: nothing. Looked up once, installing what may be installed.</summary>
    public abstract string? Missing { get; }

    /// <summary>The root of the source tree.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of the peers' programs.</summary>
    protected static string Folder { get; } = Path.Combine(Root, Programs);

    /// <summary>How to start one of its programs.</summary>
    /// <param name="program"><c>client</c> or <c>server</c>.</param>
    /// <param name="flags">The official flags.</param>
    public abstract ProcessStartInfo Start(string program, params string[] flags);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit status, what it wrote and its errors; a program that is absent, or hangs, is an error.
    /// </returns>
    protected static (int Status, string Output, string Errors) Run(
        string program, string folder, int timeoutMs, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(timeoutMs))
            {
                process.Kill(entireProcessTree: true);
                return (-1, "", $"{program} did not end within {timeoutMs / 1000} s");
            }

            return (process.ExitCode, output.Result.Trim(), errors.Result.Trim());
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return (-1, "", exception.Message);
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, Programs)))
            {
                return folder.FullName;
            }
        }

        throw new InteropException("The peers' programs are not there: run from inside the source tree.");
    }
}
