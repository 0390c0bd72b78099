using Tidy.Tests.Rules;

namespace Tidy.Tests;

/// <summary>
/// A rule that cannot fail is a defect: each is shown something that breaks it, and something that only looks so.
/// </summary>
public sealed class RulesTests
{
    [Fact]
    public void LineLength_OneColumnTooMany_IsFound()
    {
        string text = $"ok\n{new string('x', 121)}\n{new string('x', 120)}\n";
        Assert.Equal([2], TextRules.LineLength(new SourceFile("libs/A/B.cs", text)).Select(f => f.Line));
    }

    [Fact]
    public void FileLength_OneLineTooMany_IsFound()
    {
        Assert.Empty(TextRules.FileLength(new SourceFile("a.cs", Lines(400))));
        Assert.Single(TextRules.FileLength(new SourceFile("a.cs", Lines(401))));
    }

    [Theory]
    [InlineData("public int Sum(int a)\n    {\n", "    }\n")]
    [InlineData("[Attribute(\"{\")]\n    public async Task<T> Sum<T>(int a = 1) where T : class\n    {\n", "    }\n")]
    [InlineData("public int Sum\n    {\n        get {\n", "    }\n    }\n")]
    [InlineData("private int Sum(int a) => a switch\n    {\n", "    };\n")]
    [InlineData("public A() : base(new B { C = 1 })\n    {\n", "    }\n")]
    public void FunctionLength_TooLong_IsFoundAtItsFirstLine(string open, string close)
    {
        string Class(int lines) =>
            "namespace N;\n\npublic sealed record A(int X) : B\n{\n    private int _x = 1;\n\n    "
            + open + Lines(lines) + close + "\n    public int Short() => 1;\n}\n";
        Finding found = Assert.Single(TextRules.FunctionLength(new SourceFile("a.cs", Class(70))));
        Assert.Equal(7, found.Line - (open[0] == '[' ? 0 : 0));
        Assert.Empty(TextRules.FunctionLength(new SourceFile("a.cs", Class(60))));
    }

    [Fact]
    public void FunctionLength_TablesTypesAndTexts_AreNoFunctions()
    {
        string text = "class A\n{\n    static readonly int[] Table =\n    [\n" + Lines(100) + "    ];\n\n"
            + "    class Inner\n    {\n"
            + string.Concat(Enumerable.Repeat("        int F() => 1; // {{{\n", 50)) + "    }\n\n    int G()\n    {\n"
            + "        var s = \"\"\"\n            { } } {\n            \"\"\";\n        char c = '{';\n    }\n}\n";
        Assert.Empty(TextRules.FunctionLength(new SourceFile("a.cs", text)));
        Assert.Equal(51, CSharp.Functions(CSharp.Blank(text)).Count());
    }

    [Fact]
    public void ProgramLength_31Lines_IsFoundInServicesAlone()
    {
        Assert.Single(TextRules.ProgramLength(new SourceFile("services/A/Program.cs", Lines(31))));
        Assert.Empty(TextRules.ProgramLength(new SourceFile("services/A/Program.cs", Lines(30))));
        Assert.Empty(TextRules.ProgramLength(new SourceFile("cli/Program.cs", Lines(31))));
    }

    [Theory]
    [InlineData("var t = DateTime.UtcNow;")]
    [InlineData("var t = DateTime.Now;")]
    [InlineData("var t = DateTimeOffset.UtcNow;")]
    [InlineData("var t = Guid.NewGuid();")]
    [InlineData("var t = Random.Shared.Next();")]
    [InlineData("var t = Stopwatch.StartNew();")]
    public void Core_ClockOrChance_IsFound(string line)
    {
        Finding found = Assert.Single(
            TextRules.CoreWithoutClockOrChance(new SourceFile("services/A/Core/B/C.cs", $"// ok\n{line}\n")));
        Assert.Equal(2, found.Line);
        Assert.Empty(TextRules.CoreWithoutClockOrChance(new SourceFile("services/A/B.cs", line)));
        Assert.Empty(TextRules.CoreWithoutClockOrChance(new SourceFile("services/A/Core/B.cs", $"// {line}\n")));
    }

    [Theory]
    [InlineData("<PackageReference Include=\"A\" Version=\"1.0\" />", 1)]
    [InlineData("<PackageReference Include=\"A\" VersionOverride=\"1.0\" />", 1)]
    [InlineData("<PackageDownload Include=\"A\" Version=\"[1.0]\" />", 1)]
    [InlineData("<PackageDownload Include=\"A\" Version=\"[$(AVersion)]\" />", 0)]
    [InlineData("<PackageReference Include=\"A\" />", 0)]
    public void PackageVersion_InAProject_IsFound(string line, int findings) =>
        Assert.Equal(findings, TextRules.NoPackageVersion(new SourceFile("libs/A/A.csproj", line)).Count());

    [Theory]
    [InlineData("// TODO later", 1)]
    [InlineData("// FIXME: x", 1)]
    [InlineData("// HACK", 1)]
    [InlineData("// TODO (the broker must answer first)", 0)]
    [InlineData("// docs/HACKING.md", 0)]
    public void Todo_WithoutReason_IsFound(string line, int findings) =>
        Assert.Equal(findings, TextRules.NoUnexplainedTodo(new SourceFile("libs/A/A.cs", line)).Count());

    [Fact]
    public void MachinePath_AnywhereInTheTree_IsFound() =>
        Assert.Equal(
            2, TextRules.NoMachinePath(new SourceFile("docs/A.md", "cd /" + "work/x\n/" + "tmp/wt/a\nok")).Count());

    [Theory]
    [InlineData("public sealed class A;", 1)]
    [InlineData("/// <summary>A.</summary>\n[Serializable]\npublic sealed class A;", 0)]
    [InlineData("// A.\npublic readonly record struct A(int X);", 1)]
    [InlineData("internal sealed class A;", 0)]
    public void PublicType_WithoutDocumentation_IsFound(string text, int findings) =>
        Assert.Equal(findings, TextRules.PublicTypesDocumented(new SourceFile("libs/A/A.cs", text)).Count());

    [Theory]
    [InlineData("var playerId = 1;", 1)]
    [InlineData("class QuestStore;", 1)]
    [InlineData("// a wallet", 1)]
    [InlineData("var REWARD_ID = request.Obsession;", 1)]
    [InlineData("HttpRequest request; display.Replayer(questionable);", 0)]
    public void GameWord_InALibrary_IsFound(string line, int findings)
    {
        Assert.Equal(findings, GameWords.InLibraries(new SourceFile("libs/A/A.cs", line)).Count());
        Assert.Empty(GameWords.InLibraries(new SourceFile("services/A/A.cs", line)));
    }

    [Fact]
    public void TopLevel_SomethingElse_IsFound() =>
        Assert.Equal(
            ["notes.txt"], TreeRules.OnlyAgreedTopLevel(["libs/", "notes.txt", "README.md"]).Select(f => f.File));

    [Fact]
    public void Readme_FolderMissing_IsFound()
    {
        Assert.Single(TreeRules.FoldersDescribed(["libs/", "cli/", ".ci/", "LICENSE"], "| `libs/` | libraries |"));
        Assert.Single(TreeRules.FoldersDescribed(["libs/"], null));
        Assert.Single(TreeRules.FoldersDescribed(["libs/"], "all our mylibs/ here"));
    }

    [Fact]
    public void Solution_ProjectMissingOrGone_IsFound()
    {
        const string Solution = "Project(\"{1}\") = \"A\", \"libs\\A\\A.csproj\", \"{2}\"";
        Assert.Empty(TreeRules.ProjectsInSolution(["libs/A/A.csproj"], Solution));
        Assert.Equal(2, TreeRules.ProjectsInSolution(["libs/B/B.csproj"], Solution).Count());
    }

    [Fact]
    public void CoreAssembly_ThatDoesIo_IsFound()
    {
        // These tests read files, and use xunit: everything that a core must not do.
        using FileStream self = File.OpenRead(typeof(RulesTests).Assembly.Location);
        string[] found = [.. CoreAssembly.References("self", self).Select(f => f.What)];
        Assert.Contains("references assembly xunit.assert", found);
        Assert.Contains("uses System.IO.File", found);
        Assert.DoesNotContain("uses System.Int32", found);
    }

    private static string Lines(int count) => string.Concat(Enumerable.Repeat("        x,\n", count));
}
