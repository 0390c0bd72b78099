using Mesh.Provisioning.Linux;

namespace Mesh.Provisioning.Packages;

/// <summary>One installation at a time: a lock file per account (apt's own lock keeps accounts apart).</summary>
internal sealed class InstallLock : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);

    private readonly FileStream _file;

    private InstallLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock; the kernel frees it when its holder dies.</summary>
    internal static async Task<InstallLock> TakeAsync(CancellationToken cancellation)
    {
        var path = Path.Combine(Path.GetTempPath(), $"mesh-packages-{LibC.GetEffectiveUserId()}.lock");
        while (true)
        {
            try
            {
                // FileShare.None is flock(2) on Linux.
                return new InstallLock(
                    new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(Beat, cancellation);
            }
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
