using System.Runtime.InteropServices;

namespace Mesh.AppModel.Hosting;

/// <summary>
/// <c>dotnet run</c> starts us and waits. Killed by -9 it takes nobody along, so we look once a second whether it is still
/// our parent. A shell may end before us (nohup), so only that kind of parent counts.
/// </summary>
internal sealed partial class ParentWatch : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly Timer? _timer;

    private ParentWatch(Timer? timer) => _timer = timer;

    /// <summary>Calls back once the parent is gone, when the parent is <c>dotnet run</c> or <c>dotnet watch</c>.</summary>
    internal static ParentWatch Start(Action gone)
    {
        var parent = GetParentProcessId();
        if (!IsDotnetRun(CommandLine(parent)))
        {
            return new ParentWatch(null);
        }

        return new ParentWatch(new Timer(
            _ =>
            {
                if (GetParentProcessId() != parent)
                {
                    gone();
                }
            },
            null,
            Beat,
            Beat));
    }

    /// <summary>Whether a command line is that of <c>dotnet run …</c>.</summary>
    internal static bool IsDotnetRun(IReadOnlyList<string> command) =>
        command.Count > 1 && Path.GetFileName(command[0]) == "dotnet"
        && command.Skip(1).Any(argument => argument is "run" or "watch");

    public void Dispose() => _timer?.Dispose();

    private static string[] CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParentProcessId();
}
