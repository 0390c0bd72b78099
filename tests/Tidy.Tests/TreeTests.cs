using Tidy.Tests.Rules;

namespace Tidy.Tests;

/// <summary>Each rule, on the whole tree. That each of them can fail, <see cref="RulesTests"/> shows.</summary>
public sealed class TreeTests
{
    private const int Shown = 300;
    private static readonly string[] ProjectFolders =
        ["services", "libs", "tests", "cli", "AppHost", "bench", "protos"];

    [Fact]
    public void Lines_Everywhere_FitIn120Columns() => Check(TextRules.LineLength);

    [Fact]
    public void Functions_Everywhere_HaveAtMost70Lines() => Check(TextRules.FunctionLength);

    [Fact]
    public void Files_Everywhere_HaveAtMost400Lines() => Check(TextRules.FileLength);

    [Fact]
    public void ProgramFiles_OfServices_AreTablesOfContents() => Check(TextRules.ProgramLength);

    [Fact]
    public void CoreSources_KnowNeitherClockNorChance() => Check(TextRules.CoreWithoutClockOrChance);

    [Fact]
    public void ProjectFiles_NameNoPackageVersion() => Check(TextRules.NoPackageVersion);

    [Fact]
    public void Comments_LeaveNothingUndoneWithoutAReason() => Check(TextRules.NoUnexplainedTodo);

    [Fact]
    public void Files_NameNoPathOfOneMachine() => Check(TextRules.NoMachinePath);

    [Fact]
    public void PublicTypes_OfLibraries_AreDocumented() => Check(TextRules.PublicTypesDocumented);

    [Fact]
    public void Libraries_KnowNothingOfTheGame() => Check(GameWords.InLibraries);

    [Fact]
    public void TopLevel_HoldsOnlyWhatIsAgreed() => None(TreeRules.OnlyAgreedTopLevel(Repository.TopLevel));

    [Fact]
    public void Readme_DescribesEveryTopLevelFolder() => None(TreeRules.FoldersDescribed(
        Repository.TopLevel, Repository.Files.FirstOrDefault(f => f.Path == "README.md")?.Text));

    [Fact]
    public void Solution_HoldsEveryProject() => None(TreeRules.ProjectsInSolution(
        Repository.Files.Where(f => f.Is(".csproj") && f.Under(ProjectFolders)).Select(f => f.Path),
        Repository.Files.Single(f => f.Path == "Mesh.sln").Text));

    [Fact]
    public void CoreAssemblies_ReferToNothingButValuesAndCollections()
    {
        string[] cores =
        [
            .. Repository.Files
                .Where(f => f.Is(".csproj") && f.Under("services") && f.Path.Split('/') is [_, _, "Core", _])
                .Select(f => f.Path),
        ];
        Assert.NotEmpty(cores);
        None(cores.SelectMany(References));
    }

    private static IEnumerable<Finding> References(string project)
    {
        // The configuration that these tests were built in: …/bin/<configuration>/net10.0/
        string[] here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory).Split(Path.DirectorySeparatorChar);
        string folder = Path.Combine(Repository.Root, Path.GetDirectoryName(project)!, "bin", here[^2], here[^1]);
        string[] built = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.Core.dll") : [];
        if (built.Length == 0)
        {
            yield return new Finding(project, 0, $"is not built in {here[^2]}");
        }

        foreach (string path in built)
        {
            using FileStream file = File.OpenRead(path);
            foreach (Finding finding in CoreAssembly.References(Path.GetFileName(path), file))
            {
                yield return finding;
            }
        }
    }

    private static void Check(Func<SourceFile, IEnumerable<Finding>> rule) => None(Repository.Files.SelectMany(rule));

    private static void None(IEnumerable<Finding> findings)
    {
        Finding[] all = [.. findings];
        string list = string.Join('\n', all.Take(Shown));
        Assert.True(all.Length == 0, $"{all.Length} findings:\n{list}{(all.Length > Shown ? "\n…" : "")}");
    }
}
