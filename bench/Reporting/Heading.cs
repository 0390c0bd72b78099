using Spectre.Console;
using static System.FormattableString;

namespace Mesh.Bench.Reporting;

/// <summary>How each report begins: what was measured, when, of which commit, on which machine.</summary>
internal static class Heading
{
    private const double Mebibyte = 1024 * 1024;

    /// <summary>Writes it, and says where the rest goes.</summary>
    /// <param name="what">What was measured.</param>
    /// <param name="date">When it was over.</param>
    /// <param name="commit">Of which commit.</param>
    /// <param name="machine">Where.</param>
    /// <param name="loadBefore">The load of the machine before.</param>
    /// <param name="plainWidth">Columns, where the output is no terminal.</param>
    /// <param name="server">What else was used; null: nothing.</param>
    internal static IAnsiConsole Write(
        string what, DateTimeOffset date, Commit commit, Machine machine, double loadBefore, int plainWidth = 110,
        string? server = null)
    {
        IAnsiConsole console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = plainWidth;
        }

        console.WriteLine(what);
        console.WriteLine(Invariant($"{date:u}, commit {commit.Id}{(commit.Dirty ? " and changes" : "")}"));
        console.WriteLine(
            Invariant($"{machine.Cpu}, {machine.Cores} cores, {machine.MemoryBytes / Mebibyte:N0} MiB, ")
            + $"Linux {machine.Kernel}, .NET {machine.Dotnet}, {(server is null ? "" : $"{server}, ")}"
            + Invariant($"load before {loadBefore:0.00}"));
        return console;
    }
}
