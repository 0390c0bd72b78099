using System.Text.RegularExpressions;

namespace Tidy.Tests;

/// <summary>As much of C#'s grammar as the rules need: literals, comments, members of types.</summary>
internal static partial class CSharp
{
    /// <summary>A member of a type, by line.</summary>
    public readonly record struct Member(string Header, int FirstLine, int LastLine)
    {
        public int Lines => LastLine - FirstLine + 1;
    }

    /// <summary>
    /// Replaces comments and literals by blanks, so that what is left can be searched; lines stay where they are.
    /// </summary>
    public static string Blank(string text) => Literals().Replace(text, match =>
        string.Create(match.Length, match.Value, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = from[i] == '\n' ? '\n' : ' ';
            }
        }));

    /// <summary>The functions and properties of all types of a file; what is nested in them belongs to them.</summary>
    public static IEnumerable<Member> Functions(string code)
    {
        Stack<bool> types = new();
        int start = 0;
        int depth = 0; // of braces, brackets and parentheses inside a member
        for (int i = 0; i < code.Length; i++)
        {
            char c = code[i];
            if (depth == 0 && c == '{' && TypeHeader().IsMatch(Header(code, start, i)))
            {
                types.Push(true);
                start = i + 1;
            }
            else if (depth == 0 && c == '}')
            {
                types.TryPop(out _);
                start = i + 1;
            }
            else if (c is '{' or '(' or '[')
            {
                depth++;
            }
            else if (c is '}' or ')' or ']')
            {
                depth--;
            }

            bool ends = depth == 0 && (c == ';' || (c == '}' && start <= i && !Continues(code, i)));
            if (!ends)
            {
                continue;
            }

            string header = Header(code, start, i + 1);
            if (types.Count > 0 && IsFunction(header))
            {
                int first = start + code[start..].TakeWhile(char.IsWhiteSpace).Count();
                yield return new Member(header, LineOf(code, first), LineOf(code, i));
            }

            start = i + 1;
        }
    }

    public static int LineOf(string text, int index) => text.AsSpan(0, index).Count('\n') + 1;

    // `{ get; } = value;`, `new() { … };` and a `switch { … };` go on after their brace.
    private static bool Continues(string code, int brace)
    {
        string rest = code[(brace + 1)..Math.Min(code.Length, brace + 200)].TrimStart();
        return rest.Length > 0 && rest[0] is ';' or '=' or '.' or ',' or ')' or '?' or '!';
    }

    // A field has its '=' before any parenthesis; a type without a body is no function either.
    private static bool IsFunction(string header)
    {
        if (TypeHeader().IsMatch(header))
        {
            return false;
        }

        int opens = header.AsSpan().IndexOfAny('(', '{');
        int arrow = header.IndexOf("=>", StringComparison.Ordinal);
        int equals = Assignment().Match(header) is { Success: true } match ? match.Index : int.MaxValue;
        return (opens >= 0 && opens < equals) || (arrow >= 0 && arrow < equals);
    }

    private static string Header(string code, int start, int end) =>
        LeadingAttributes().Replace(code[start..end], "").TrimStart();

    [GeneratedRegex(
        """
        //[^\n]* | /\*.*?\*/
        | \$*(?<q>"{3,}).*?\k<q>"*
        | (?:\$@|@\$|@)"(?:""|[^"])*"
        | \$?"(?:\\.|[^"\\\n])*"
        | '(?:\\.[^'\n]*|[^'\\\n])'
        """,
        RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Literals();

    [GeneratedRegex(@"^[^(){};=]*\b(class|struct|interface|record|enum|namespace)\b")]
    private static partial Regex TypeHeader();

    [GeneratedRegex(@"^(\s*(\[[^\]]*\]|\#[^\n]*\n))+")]
    private static partial Regex LeadingAttributes();

    [GeneratedRegex(@"(?<![=!<>])=(?![=>])")]
    private static partial Regex Assignment();
}
