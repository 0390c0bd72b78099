using System.Globalization;

namespace Mesh.Bench.Measuring;

/// <summary>A process in proc_pid_stat(5). Times are in ticks.</summary>
/// <param name="Id">The process.</param>
/// <param name="Parent">Its parent.</param>
/// <param name="OwnTicks">utime + stime: its own threads, those that ended included.</param>
/// <param name="ReapedTicks">cutime + cstime: children that ended and were waited for, and theirs.</param>
internal readonly record struct ProcessStat(int Id, int Parent, long OwnTicks, long ReapedTicks)
{
    /// <summary>USER_HZ: 100 on every platform that .NET runs on, whatever the kernel's own clock is.</summary>
    internal const double TicksPerSecond = 100;

    // Positions behind the name, which stands in parentheses and may hold anything.
    private const int ParentField = 1;
    private const int UserField = 11;
    private const int SystemField = 12;
    private const int ReapedUserField = 13;
    private const int ReapedSystemField = 14;

    internal long Ticks => OwnTicks + ReapedTicks;

    /// <summary>Null: there is no such process (any more).</summary>
    internal static ProcessStat? Read(string id)
    {
        try
        {
            return Parse(int.Parse(id, CultureInfo.InvariantCulture), File.ReadAllText($"/proc/{id}/stat"));
        }
        catch (IOException)
        {
            // ENOENT before it was opened, ESRCH after.
            return null;
        }
    }

    private static ProcessStat Parse(int id, string text)
    {
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        long Field(int at) => long.Parse(fields[at], CultureInfo.InvariantCulture);
        return new ProcessStat(
            id,
            (int)Field(ParentField),
            Field(UserField) + Field(SystemField),
            Field(ReapedUserField) + Field(ReapedSystemField));
    }
}
