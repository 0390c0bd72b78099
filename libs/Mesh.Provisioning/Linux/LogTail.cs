namespace Mesh.Provisioning.Linux;

/// <summary>The last lines of a log, for an error message.</summary>
internal static class LogTail
{
    private const int Lines = 12;

    internal static string Read(string path)
    {
        try
        {
            return string.Join('\n', File.ReadLines(path).TakeLast(Lines).Select(line => "  " + line));
        }
        catch (IOException)
        {
            return $"  ({path} cannot be read)";
        }
    }
}
