using System.Text.RegularExpressions;

namespace Tidy.Tests.Rules;

/// <summary>Rules that a file keeps or breaks by its text alone.</summary>
internal static partial class TextRules
{
    public const int Columns = 120;
    public const int FunctionLines = 70;
    public const int FileLines = 400;
    public const int ProgramLines = 30;

    private static readonly string[] Code = [".cs", ".proto", ".sql", ".csproj", ".props", ".targets"];

    // Put together, so that this file does not break its own rule.
    private static readonly string[] MachinePaths = ["/" + "work/", "/" + "tmp/wt"];

    private static readonly string[] ClockAndChance =
    [
        "DateTime.UtcNow", "DateTime.Now", "DateTimeOffset.UtcNow", "DateTimeOffset.Now", "Guid.NewGuid",
        "Guid.CreateVersion7", "Random.Shared", "new Random", "Stopwatch", "Environment.TickCount", "TimeProvider",
    ];

    public static IEnumerable<Finding> LineLength(SourceFile file) => file.Is(Code)
        ? Lines(file, line => line.Length > Columns, line => $"{line.Length} columns; at most {Columns}")
        : [];

    public static IEnumerable<Finding> FileLength(SourceFile file) => file.Is(".cs", ".proto", ".sql")
        && file.Lines.Length > FileLines
            ? [new Finding(file.Path, FileLines + 1, $"{file.Lines.Length} lines; at most {FileLines}")]
            : [];

    public static IEnumerable<Finding> FunctionLength(SourceFile file) => !file.Is(".cs") ? [] :
        from function in CSharp.Functions(file.Code)
        where function.Lines > FunctionLines
        select new Finding(
            file.Path, function.FirstLine, $"a function of {function.Lines} lines; at most {FunctionLines}");

    public static IEnumerable<Finding> ProgramLength(SourceFile file) =>
        file.Under("services") && file.Path.EndsWith("/Program.cs", StringComparison.Ordinal)
        && file.Lines.Length > ProgramLines
            ? [new Finding(file.Path, ProgramLines + 1, $"{file.Lines.Length} lines; at most {ProgramLines}")]
            : [];

    public static IEnumerable<Finding> CoreWithoutClockOrChance(SourceFile file)
    {
        if (!file.Is(".cs") || !file.Under("services") || !file.Path.Contains("/Core/", StringComparison.Ordinal))
        {
            return [];
        }

        return
            from word in ClockAndChance
            from Match match in Regex.Matches(file.Code, $@"\b{Regex.Escape(word)}\b")
            select new Finding(
                file.Path, CSharp.LineOf(file.Code, match.Index), $"{word}: time and chance come in with the command");
    }

    public static IEnumerable<Finding> NoPackageVersion(SourceFile file) => file.Is(".csproj")
        ? Lines(
            file,
            line => PackageVersion().IsMatch(line),
            _ => "a package's version belongs in Directory.Packages.props")
        : [];

    public static IEnumerable<Finding> NoUnexplainedTodo(SourceFile file) =>
        file.Is(".cs", ".proto", ".sql", ".csproj", ".props", ".sh", ".html", ".js") && !file.Under("tests/Tidy.Tests")
            ? Lines(file, line => Todo().IsMatch(line), _ => "say why in parentheses, or do it")
            : [];

    public static IEnumerable<Finding> NoMachinePath(SourceFile file) => Lines(
        file,
        line => Array.Exists(MachinePaths, p => line.Contains(p, StringComparison.Ordinal)),
        _ => "a path of one machine");

    public static IEnumerable<Finding> PublicTypesDocumented(SourceFile file)
    {
        if (!file.Is(".cs") || !file.Under("libs"))
        {
            yield break;
        }

        for (int i = 0; i < file.Lines.Length; i++)
        {
            Match type = PublicType().Match(file.Lines[i]);
            if (!type.Success)
            {
                continue;
            }

            int above = i - 1;
            while (above >= 0 && AttributeLine().IsMatch(file.Lines[above]))
            {
                above--;
            }

            // A type in several files is documented in the one that bears its name alone: Name.cs, not Name.Part.cs.
            bool part = file.Lines[i].Contains(" partial ", StringComparison.Ordinal)
                && Path.GetFileName(file.Path).Count(c => c == '.') > 1;
            if (part)
            {
                continue;
            }

            if (above < 0 || !file.Lines[above].TrimStart().StartsWith("///", StringComparison.Ordinal))
            {
                yield return new Finding(
                    file.Path, i + 1, $"public {type.Groups["kind"].Value} without XML documentation");
            }
        }
    }

    private static IEnumerable<Finding> Lines(SourceFile file, Func<string, bool> breaks, Func<string, string> what) =>
        from numbered in file.Lines.Select((line, i) => (Text: line.TrimEnd('\r'), Number: i + 1))
        where breaks(numbered.Text)
        select new Finding(file.Path, numbered.Number, what(numbered.Text));

    [GeneratedRegex(@"<PackageReference\b[^>]*\bVersion(Override)?\s*=|<PackageDownload\b[^>]*\bVersion\s*=\s*""\[?\d")]
    private static partial Regex PackageVersion();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK)\b(?!\s*\([^)]+\))")]
    private static partial Regex Todo();

    [GeneratedRegex(
        @"^\s*public\s+((static|sealed|abstract|readonly|ref|partial|unsafe)\s+)*"
        + @"(?<kind>class|record|struct|interface|enum|delegate)\b")]
    private static partial Regex PublicType();

    [GeneratedRegex(@"^\s*(\[.*|#.*|.*\)\])\s*$")]
    private static partial Regex AttributeLine();
}
