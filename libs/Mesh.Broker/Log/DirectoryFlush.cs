using System.Runtime.InteropServices;

namespace Mesh.Broker.Log;

/// <summary>Makes a directory's entries durable: a file that is new or renamed is there after a power cut.</summary>
internal static class DirectoryFlush
{
    /// <summary>Flushes a directory; does nothing where the system has no such thing.</summary>
    public static void Flush(string directory)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        int file = Open(directory, 0);
        if (file < 0)
        {
            throw new IOException($"{directory} cannot be opened to flush it: error {Marshal.GetLastPInvokeError()}.");
        }

        int result = Sync(file);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(file);
        if (result != 0)
        {
            throw new IOException($"{directory} cannot be flushed: error {error}.");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int file);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int file);
}
