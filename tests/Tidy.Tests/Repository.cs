namespace Tidy.Tests;

/// <summary>Where a rule is broken.</summary>
/// <param name="File">Relative to the repository's root, with forward slashes.</param>
/// <param name="Line">From 1; 0: the file as a whole.</param>
/// <param name="What">What is wrong, for whoever has to mend it.</param>
internal sealed record Finding(string File, int Line, string What)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {What}" : $"{File}: {What}";
}

/// <summary>A text file of the repository.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    private string[]? _lines;
    private string? _code;

    public string[] Lines => _lines ??= Text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    /// <summary>C# without comments and literals, everything at its place.</summary>
    public string Code => _code ??= CSharp.Blank(Text.ReplaceLineEndings("\n"));

    public bool Under(params string[] folders) =>
        Array.Exists(folders, f => Path.StartsWith(f + "/", StringComparison.Ordinal));

    public bool Is(params string[] extensions) =>
        Array.Exists(extensions, e => Path.EndsWith(e, StringComparison.OrdinalIgnoreCase));
}

/// <summary>
/// The source tree as it lies on the disk: what is built, fetched or written at run time is left out.
/// </summary>
internal static class Repository
{
    private static readonly string[] NotOurs =
        ["bin", "obj", ".git", ".mesh", ".vs", ".idea", "TestResults", "node_modules"];

    private static readonly string[] Texts =
    [
        ".cs", ".proto", ".sql", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".txt", ".yml", ".yaml",
        ".sh", ".html", ".css", ".js", ".xml", ".config", "LICENSE", ".editorconfig", ".gitignore", ".gitattributes",
        "/run",
    ];

    public static string Root { get; } = FindRoot();

    private static readonly Lazy<SourceFile[]> All =
        new(() => [.. Read(Root).OrderBy(f => f.Path, StringComparer.Ordinal)]);

    public static IReadOnlyList<SourceFile> Files => All.Value;

    public static IEnumerable<SourceFile> CSharpFiles => Files.Where(f => f.Is(".cs"));

    /// <summary>Names in the root folder; folders end with a slash.</summary>
    public static IEnumerable<string> TopLevel => Directory.EnumerateFileSystemEntries(Root)
        .Select(p => Path.GetFileName(p) + (Directory.Exists(p) ? "/" : ""))
        .Where(name => !NotOurs.Contains(name.TrimEnd('/')) && !name.EndsWith(".user", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<SourceFile> Read(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            string name = Path.GetRelativePath(Root, path).Replace('\\', '/');
            if (Array.Exists(Texts, t => ("/" + name).EndsWith(t, StringComparison.OrdinalIgnoreCase)))
            {
                yield return new SourceFile(name, File.ReadAllText(path));
            }
        }

        foreach (string inner in Directory.EnumerateDirectories(folder))
        {
            if (NotOurs.Contains(Path.GetFileName(inner)))
            {
                continue;
            }

            foreach (SourceFile file in Read(inner))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Mesh.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("No Mesh.sln above the tests.");
    }
}
