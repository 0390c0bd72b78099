using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.AppModel.Hosting;

/// <summary>
/// run.json: what runs and where, for tools; it exists while the application runs, and is written anew whenever a part
/// was started again. Keys: <c>host</c> (our process id), <c>broker</c> (bootstrap servers), <c>postgres</c>
/// (connection string without a database), <c>processes</c> (name, pid, url), and for each project with external
/// endpoints its first URL under its name and every other one under name and endpoint (<c>gateway</c>,
/// <c>gatewayWeb</c>).
/// </summary>
internal sealed class RunFile(string path)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    internal void Write(IEnumerable<Resource> resources, IEnumerable<RunningPart> parts)
    {
        var document = new JsonObject { ["host"] = Environment.ProcessId };
        foreach (var resource in resources)
        {
            switch (resource)
            {
                case PostgresServerResource postgres:
                    document["postgres"] = postgres.ConnectionString;
                    break;
                case KafkaServerResource kafka:
                    document["broker"] = kafka.ConnectionString;
                    break;
                case ProjectResource { IsExternal: true } project:
                    AddUrls(document, project);
                    break;
            }
        }

        var processes = new JsonArray();
        foreach (var part in parts.Where(part => part.ProcessId is not null))
        {
            processes.Add(new JsonObject { ["name"] = part.Name, ["pid"] = part.ProcessId, ["url"] = part.Url });
        }

        document["processes"] = processes;

        // A reader sees the whole file or none; an external database's password is nobody else's business.
        var draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(draft, options))
        {
            writer.WriteLine(document.ToJsonString(Indented));
        }

        File.Move(draft, path, overwrite: true);
    }

    internal void Delete() => File.Delete(path);

    /// <summary>A process that an earlier run left in the file and that still runs; null when there is none.</summary>
    internal (string Name, int Id)? FindSurvivor()
    {
        try
        {
            var written = File.GetLastWriteTimeUtc(path);
            foreach (var entry in JsonNode.Parse(File.ReadAllText(path))?["processes"]?.AsArray() ?? [])
            {
                if (entry?["pid"]?.GetValue<int>() is { } id && IsSameProcess(id, written))
                {
                    return (entry["name"]?.GetValue<string>() ?? "A process", id);
                }
            }
        }
        catch (Exception error) when (error is IOException or JsonException or InvalidOperationException)
        {
            // No file, or none of ours: nobody to wait for.
        }

        return null;
    }

    private static void AddUrls(JsonObject document, ProjectResource project)
    {
        for (var i = 0; i < project.Endpoints.Count; i++)
        {
            var endpoint = project.Endpoints[i];
            var suffix = i == 0 ? "" : char.ToUpperInvariant(endpoint.Name[0]) + endpoint.Name[1..];
            document[project.Name + suffix] = endpoint.Url(0);
        }
    }

    /// <summary>Ids are used again: the process that we wrote down is older than the file.</summary>
    private static bool IsSameProcess(int id, DateTime written)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited && process.StartTime.ToUniversalTime() <= written;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }
}
