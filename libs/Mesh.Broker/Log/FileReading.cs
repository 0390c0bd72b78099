using Microsoft.Win32.SafeHandles;

namespace Mesh.Broker.Log;

/// <summary>Reads until there is enough: the system may give less at once than was asked for.</summary>
internal static class FileReading
{
    /// <summary>Fills the span from a position on; fewer bytes come back only where the file ends.</summary>
    public static int Fill(SafeFileHandle handle, Span<byte> into, long position)
    {
        int filled = 0;
        while (filled < into.Length)
        {
            int read = RandomAccess.Read(handle, into[filled..], position + filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }
}
