namespace Mesh.Provisioning.Linux;

/// <summary>What this machine is: who we are on it, which programs and accounts it has.</summary>
internal static class Machine
{
    internal static bool IsRoot => LibC.GetEffectiveUserId() == 0;

    /// <summary>
    /// The full path of a program on PATH (or in the usual places that cut-down PATHs leave out), or null.
    /// </summary>
    internal static string? FindProgram(string name)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"])
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(FileIsThere);
    }

    /// <summary>Whether the file exists; a link whose target is gone (a removed package) does not count.</summary>
    internal static bool FileIsThere(string path) =>
        File.Exists(path) && (File.ResolveLinkTarget(path, returnFinalTarget: true)?.Exists ?? true);

    /// <summary>User and group id of an account in /etc/passwd, or null.</summary>
    internal static (uint User, uint Group)? FindAccount(string name)
    {
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            var fields = line.Split(':');
            if (fields.Length > 3 && fields[0] == name && uint.TryParse(fields[2], out var user)
                && uint.TryParse(fields[3], out var group))
            {
                return (user, group);
            }
        }

        return null;
    }

    /// <summary>Whether a process with this id exists and is not a zombie that only waits to be collected.</summary>
    internal static bool IsAlive(int pid)
    {
        try
        {
            // "pid (comm) state …"; comm may hold spaces and parentheses, so the state follows the last one.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var end = stat.LastIndexOf(')');
            return end > 0 && end + 2 < stat.Length && stat[end + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }
}
