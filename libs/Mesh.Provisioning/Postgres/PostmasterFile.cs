using Mesh.Provisioning.Linux;

namespace Mesh.Provisioning.Postgres;

/// <summary>
/// The postmaster.pid of a running server: process id in line 1, key and id of its shared memory in line 7, status in
/// line 8 (PostgreSQL, miscadmin.h and pidfile.h: "starting", "stopping", "ready", "standby", padded with blanks).
/// </summary>
internal readonly record struct PostmasterFile(int Pid, string Status, string? MemoryId)
{
    private const int MemoryLine = 6;

    // Columns of /proc/sysvipc/shm.
    private const int IdColumn = 1;
    private const int AttachedColumn = 6;

    internal static PostmasterFile? Read(string dataDirectory)
    {
        try
        {
            var lines = File.ReadAllLines(Path.Combine(dataDirectory, "postmaster.pid"));
            return lines.Length > 0 && int.TryParse(lines[0], out var pid)
                ? new PostmasterFile(
                    pid,
                    lines.Length > 7 ? lines[7].Trim() : "starting",
                    lines.Length > MemoryLine ? Columns(lines[MemoryLine]).ElementAtOrDefault(1) : null)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether processes hold the server's shared memory: its backends do for a moment after it was killed, and no
    /// other server starts on the directory until they are gone.
    /// </summary>
    internal bool HasProcesses()
    {
        var id = MemoryId;
        try
        {
            return id is not null && File.ReadLines("/proc/sysvipc/shm").Select(Columns).Any(columns =>
                columns.Length > AttachedColumn && columns[IdColumn] == id && columns[AttachedColumn] != "0");
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether that process is a server that works on this directory now: the id of a dead one may belong to anything
    /// by now, and a server's working directory is its data directory.
    /// </summary>
    internal bool IsServing(string dataDirectory)
    {
        if (!Machine.IsAlive(Pid))
        {
            return false;
        }

        try
        {
            var target = new FileInfo($"/proc/{Pid}/cwd").LinkTarget;
            return target is null || Path.GetFullPath(target) == Path.GetFullPath(dataDirectory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static string[] Columns(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
