using System.Text;

namespace Mesh.Broker.Log;

/// <summary>Replaces a small file as a whole: a reader, or a restart, sees the old contents or the new.</summary>
internal static class AtomicFile
{
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <param name="toDisk">
    /// Whether the contents must be there after a power cut; else they may be garbage then, which a checksum must tell.
    /// </param>
    public static void Write(string path, ReadOnlySpan<byte> contents, bool toDisk = true)
    {
        string temporary = path + ".tmp";
        using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            stream.Write(contents);
            if (toDisk)
            {
                stream.Flush(flushToDisk: true);
            }
        }

        File.Move(temporary, path, overwrite: true);
    }
}
