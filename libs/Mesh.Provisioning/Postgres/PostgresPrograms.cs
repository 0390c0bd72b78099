using Mesh.Provisioning.Linux;

namespace Mesh.Provisioning.Postgres;

/// <summary>Where the server's programs are.</summary>
internal sealed record PostgresPrograms(string Initdb, string Postgres)
{
    private const string DebianRoot = "/usr/lib/postgresql";

    /// <summary>The newest version in Debian's place, else what PATH has; null when there is none.</summary>
    internal static PostgresPrograms? Find()
    {
        var versioned = Directory.Exists(DebianRoot) ? Directory.GetDirectories(DebianRoot) : [];
        var folders = versioned
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .Append(Path.GetDirectoryName(Machine.FindProgram("initdb")));
        foreach (var folder in folders.OfType<string>())
        {
            var found = new PostgresPrograms(Path.Combine(folder, "initdb"), Path.Combine(folder, "postgres"));
            if (Machine.FileIsThere(found.Initdb) && Machine.FileIsThere(found.Postgres))
            {
                return found;
            }
        }

        return null;
    }
}
