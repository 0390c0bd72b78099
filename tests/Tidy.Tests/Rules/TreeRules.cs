using System.Text.RegularExpressions;

namespace Tidy.Tests.Rules;

/// <summary>Rules about what lies where.</summary>
internal static partial class TreeRules
{
    private static readonly string[] Agreed =
    [
        "protos/", "services/", "libs/", "AppHost/", "cli/", "tests/", "bench/", "docs/", "deploy/", "clients/",
        "samples/", ".ci/", ".config/", "README.md", "CHANGELOG.md",
        "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "Mesh.sln", "Directory.Build.props",
        "Directory.Build.targets", "Directory.Packages.props", "global.json", "nuget.config", ".editorconfig",
        ".gitattributes", ".gitignore",
    ];

    public static IEnumerable<Finding> OnlyAgreedTopLevel(IEnumerable<string> topLevel) =>
        from name in topLevel
        where !Agreed.Contains(name)
        select new Finding(name, 0, "not among the agreed names of the top level");

    public static IEnumerable<Finding> FoldersDescribed(IEnumerable<string> topLevel, string? readme)
    {
        if (readme is null)
        {
            return [new Finding("README.md", 0, "missing")];
        }

        return
            from name in topLevel
            where name.EndsWith('/') && !name.StartsWith('.')
            where !Regex.IsMatch(readme, $@"(?m)(^|[\s`|(\[/]){Regex.Escape(name)}")
            select new Finding("README.md", 0, $"does not describe {name}");
    }

    public static IEnumerable<Finding> ProjectsInSolution(IEnumerable<string> projects, string solution)
    {
        HashSet<string> listed =
            [.. SolutionProject().Matches(solution).Select(m => m.Value.Trim('"').Replace('\\', '/'))];
        HashSet<string> present = [.. projects];
        return
        [
            .. present.Except(listed).Order().Select(p => new Finding(p, 0, "is not in Mesh.sln")),
            .. listed.Except(present).Order().Select(p => new Finding("Mesh.sln", 0, $"names {p}, which is not there")),
        ];
    }

    [GeneratedRegex(@"""[^""]+\.csproj""")]
    private static partial Regex SolutionProject();
}
