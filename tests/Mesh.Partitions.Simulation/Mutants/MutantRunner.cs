using System.Diagnostics;
using System.Globalization;

namespace Mesh.Partitions.Simulation.Mutants;

/// <summary>What became of a mutant.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Seed">The first seed that noticed; null: none did.</param>
/// <param name="Detail">The invariant that broke; or why there is none.</param>
internal sealed record Verdicted(Mutant Mutant, long? Seed, string Detail);

/// <summary>
/// Compiles the machine and its worlds with a mutant's change, by the compiler of the SDK that runs this, and runs
/// seeds in another process until one of them notices.
/// </summary>
internal sealed class MutantRunner : IDisposable
{
    private const int ChildMs = 600_000;
    private const string Usings = """
        global using System; global using System.Collections.Generic; global using System.IO;
        global using System.Linq; global using System.Threading; global using System.Threading.Tasks;
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mutants-");
    private readonly MutantSources _sources = MutantSources.Find();
    private readonly string _compiler = FindCompiler();

    public MutantRunner()
    {
        string[] used = ["Mesh.Bus.dll", "Mesh.EventStore.dll"];
        foreach (string dll in used)
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, dll), Path.Combine(_folder.FullName, dll));
        }

        File.WriteAllText(Path.Combine(_folder.FullName, "Usings.cs"), Usings);
        File.WriteAllText(Path.Combine(_folder.FullName, "host.json"), $$"""
            { "runtimeOptions": {
                "framework": { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version}}" },
                "configProperties": { "System.GC.Concurrent": false, "System.Runtime.TieredPGO": false } } }
            """);
    }

    /// <summary>Runs mutants, two at a time.</summary>
    public IReadOnlyList<Verdicted> RunAll(IReadOnlyList<Mutant> mutants, long seeds, Action<Verdicted> each)
    {
        Verdicted[] results = new Verdicted[mutants.Count];
        Parallel.For(0, mutants.Count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            results[i] = Run(mutants[i], seeds);
            lock (results)
            {
                each(results[i]);
            }
        });
        return results;
    }

    public Verdicted Run(Mutant mutant, long seeds)
    {
        string folder = Path.Combine(_folder.FullName, mutant.Name);
        Directory.CreateDirectory(folder);
        List<string> arguments = ["exec", _compiler, "/noconfig", "/nologo", "/optimize+", "/nullable:enable",
            "/langversion:latest", "/nowarn:CS0162,CS8604", $"/out:{Path.Combine(_folder.FullName, mutant.Name)}.dll",
            Path.Combine(_folder.FullName, "Usings.cs")];
        arguments.AddRange(References().Select(path => $"/reference:{path}"));
        arguments.AddRange(_sources.Write(mutant, folder));
        (int code, string output) = Start(arguments);
        if (code != 0)
        {
            return new Verdicted(mutant, null, $"DOES NOT COMPILE: {output}");
        }

        (code, output) = Start([
            "exec", "--runtimeconfig", Path.Combine(_folder.FullName, "host.json"),
            Path.Combine(_folder.FullName, $"{mutant.Name}.dll"),
            "--seeds", seeds.ToString(CultureInfo.InvariantCulture), "--threads", "1", "--first"]);
        string? failed = output.Split('\n').FirstOrDefault(line => line.StartsWith("seed ", StringComparison.Ordinal));
        return failed?.Split(' ', 3) is [_, string seed, string detail]
            ? new Verdicted(mutant, long.Parse(seed.TrimEnd(':'), CultureInfo.InvariantCulture), detail)
            : new Verdicted(mutant, null, code == 0 ? "SURVIVES" : $"exit code {code}: {output}");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static IEnumerable<string> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(path => !Path.GetFileName(path).StartsWith("Mesh.Partitions", StringComparison.Ordinal));

    private static string FindCompiler()
    {
        string root = Path.GetFullPath(Path.Combine(
            Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        return Directory.GetDirectories(Path.Combine(root, "sdk"))
            .Select(sdk => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll"))
            .Where(File.Exists)
            .Order(StringComparer.Ordinal)
            .Last();
    }

    private static (int Code, string Output) Start(IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (!Path.GetFileNameWithoutExtension(start.FileName).Equals("dotnet", StringComparison.Ordinal))
        {
            start.FileName = "dotnet";
        }

        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        Task<string> output = child.StandardOutput.ReadToEndAsync();
        if (!child.WaitForExit(ChildMs))
        {
            child.Kill(entireProcessTree: true);
            child.WaitForExit();
        }

        return (child.ExitCode, output.Result + errors.Result);
    }}
