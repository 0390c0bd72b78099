namespace Mesh.Bench.Running;

/// <summary>Where the repository and the programs lie that are measured: those built together with this one.</summary>
internal sealed record Layout(string Root, string Configuration, string Framework)
{
    private const string Measured = "Release";

    /// <summary>For what is measured.</summary>
    /// <exception cref="BenchException">This program does not run from a Release build in the repository.</exception>
    internal static Layout Find()
    {
        Layout layout = FindAny();
        return layout.Configuration == Measured
            ? layout
            : throw new BenchException(
                $"Only a Release build is worth measuring: dotnet run -c {Measured} --project bench");
    }

    /// <summary>For what must hold in every build.</summary>
    /// <exception cref="BenchException">This program does not run in the repository.</exception>
    internal static Layout FindAny()
    {
        // ROOT/bench/bin/CONFIGURATION/FRAMEWORK/
        DirectoryInfo framework = new(AppContext.BaseDirectory.TrimEnd('/'));

        for (DirectoryInfo? at = framework; at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Mesh.sln")))
            {
                return new Layout(at.FullName, framework.Parent?.Name ?? Measured, framework.Name);
            }
        }

        throw new BenchException($"{framework.FullName} does not lie in the repository: there is no Mesh.sln above.");
    }

    /// <summary>The assembly of a project, built together with this program.</summary>
    /// <exception cref="BenchException">It is not built.</exception>
    internal string Assembly(string project, string name)
    {
        string path = Path.Combine(Root, project, "bin", Configuration, Framework, name + ".dll");
        return File.Exists(path)
            ? path
            : throw new BenchException($"{path} is missing. Run: dotnet build -c {Configuration} bench");
    }
}
