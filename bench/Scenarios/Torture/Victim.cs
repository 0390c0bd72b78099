using System.Globalization;
using System.Runtime.InteropServices;

namespace Mesh.Bench.Scenarios.Torture;

/// <summary>
/// A process that may be harmed. Ids are used again, so it is known by its id and by when it was started: a signal
/// never meets another.
/// </summary>
internal sealed partial record Victim(string Name, string Url, int Pid, string Started)
{
    private const int Kill = 9;
    private const int Continue = 18;
    private const int Stop = 19;
    private const int ParentField = 1;
    private const int StartField = 19;

    /// <summary>The service that it is an instance of.</summary>
    internal string Service => Name.Split('-')[0];

    internal bool IsAlive => StatOf(Pid) is [not "Z", ..] stat && stat[StartField] == Started;

    /// <summary>A process of that id; null: there is none.</summary>
    internal static Victim? Find(string name, string url, int pid) =>
        StatOf(pid) is [not "Z", ..] stat ? new Victim(name, url, pid, stat[StartField]) : null;

    /// <summary>Its children.</summary>
    internal IReadOnlyList<Victim> Children()
    {
        string parent = Pid.ToString(CultureInfo.InvariantCulture);
        return
        [
            .. Directory.EnumerateDirectories("/proc")
                .Select(path => Path.GetFileName(path))
                .Where(name => char.IsAsciiDigit(name[0]))
                .Select(name => int.Parse(name, CultureInfo.InvariantCulture))
                .Where(pid => StatOf(pid) is { } stat && stat[ParentField] == parent)
                .Select(pid => Find(Name, Url, pid))
                .OfType<Victim>(),
        ];
    }

    internal void SendKill() => Send(Kill);

    internal void SendStop() => Send(Stop);

    internal void SendContinue() => Send(Continue);

    // From the state on: what is before it may hold spaces.
    private static string[]? StatOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Send(int signal)
    {
        if (IsAlive)
        {
            _ = Signal(Pid, signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
