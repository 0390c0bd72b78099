namespace Mesh.Partitions.Simulation.Mutants;

/// <summary>The sources that a mutant is made of: the machine with what it needs, and the simulation.</summary>
internal sealed class MutantSources
{
    private const string Library = "libs/Mesh.Partitions";
    private const string Simulation = "tests/Mesh.Partitions.Simulation";

    // What the machine needs of the library's root.
    private static readonly string[] RootFiles =
        ["Limits.cs", "IPartitionProcessor.cs", "ResendOrder.cs", "Exceptions.cs", "DeadLetter.cs"];

    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    private MutantSources(string root)
    {
        foreach (string file in RootFiles)
        {
            _texts.Add(file, File.ReadAllText(Path.Combine(root, Library, file)));
        }

        Add(Path.Combine(root, Library), "Machine");
        Add(Path.Combine(root, Simulation), "World");
        Add(Path.Combine(root, Simulation), "Deciding");
        Add(Path.Combine(root, Simulation), "Running");
        Add(Path.Combine(root, Simulation), "Mutants");
        _texts.Add("Program.cs", File.ReadAllText(Path.Combine(root, Simulation, "Program.cs")));
    }

    /// <summary>Reads the sources of the tree that this was built in.</summary>
    public static MutantSources Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Mesh.sln")))
        {
            folder = folder.Parent;
        }

        return new MutantSources(
            folder?.FullName ?? throw new DirectoryNotFoundException("No Mesh.sln above the simulation."));
    }

    /// <summary>How often an edit's text occurs.</summary>
    public int Occurrences(Edit edit) => _texts[edit.File].Split(edit.Find).Length - 1;

    /// <summary>Writes all files, changed as the mutant says; returns their paths.</summary>
    public IReadOnlyList<string> Write(Mutant mutant, string folder)
    {
        List<string> paths = [];
        foreach ((string file, string text) in _texts)
        {
            string changed = text;
            foreach (Edit edit in mutant.Edits.Where(edit => edit.File == file))
            {
                if (changed.Split(edit.Find).Length != 2)
                {
                    throw new InvalidOperationException($"{mutant.Name}: {file} does not hold its text exactly once.");
                }

                changed = changed.Replace(edit.Find, edit.Replace, StringComparison.Ordinal);
            }

            string path = Path.Combine(folder, file.Replace('/', '.'));
            File.WriteAllText(path, changed);
            paths.Add(path);
        }

        return paths;
    }

    private void Add(string root, string folder)
    {
        foreach (string path in Directory.GetFiles(Path.Combine(root, folder), "*.cs").Order(StringComparer.Ordinal))
        {
            _texts.Add($"{folder}/{Path.GetFileName(path)}", File.ReadAllText(path));
        }
    }
}
