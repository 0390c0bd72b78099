namespace Mesh.Provisioning;

/// <summary>The last lines of a log, for an error message.</summary>
public static class LogTail
{
    private const int Lines = 12;

    /// <summary>The last 12 lines, indented; a remark when the file cannot be read.</summary>
    public static string Read(string path)
    {
        try
        {
            var lines = File.ReadLines(path).TakeLast(Lines).ToList();
            return lines.Count == 0 ? "  (it wrote nothing)" : string.Join('\n', lines.Select(line => "  " + line));
        }
        catch (IOException)
        {
            return $"  ({path} cannot be read)";
        }
    }
}
