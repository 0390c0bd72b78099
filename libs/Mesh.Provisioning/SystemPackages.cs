using System.Runtime.InteropServices;
using Mesh.Provisioning.Linux;
using Mesh.Provisioning.Packages;
using Mesh.Provisioning.Postgres;

namespace Mesh.Provisioning;

/// <summary>A system package (Debian's names) that the mesh needs.</summary>
[Flags]
public enum SystemPackage
{
    /// <summary>The PostgreSQL server: package <c>postgresql</c>.</summary>
    Postgres = 1,

    /// <summary>The Kafka client library <c>librdkafka.so.1</c>: package <c>librdkafka1</c>.</summary>
    Librdkafka = 2,

    /// <summary>Both.</summary>
    All = Postgres | Librdkafka,
}

/// <summary>
/// The system packages the mesh needs, installed when they are missing and we may. When they are present, the check is
/// a look at the file system and starts no process.
/// </summary>
public static class SystemPackages
{
    private const string KafkaLibrary = "librdkafka.so.1";

    /// <summary>Which of the wanted packages are missing.</summary>
    public static SystemPackage Missing(SystemPackage wanted = SystemPackage.All)
    {
        var missing = default(SystemPackage);
        if (wanted.HasFlag(SystemPackage.Postgres) && !HasPostgres())
        {
            missing |= SystemPackage.Postgres;
        }

        if (wanted.HasFlag(SystemPackage.Librdkafka) && !HasKafkaLibrary())
        {
            missing |= SystemPackage.Librdkafka;
        }

        return missing;
    }

    /// <summary>
    /// Installs what is missing of the wanted packages with apt-get, when we are root or sudo asks for no password.
    /// Test processes that start together wait for each other.
    /// </summary>
    /// <param name="wanted">The packages to look for.</param>
    /// <param name="progress">Called with one line before something is installed, which takes a while.</param>
    /// <param name="cancellation">Gives up waiting; a running installation is stopped.</param>
    /// <exception cref="MissingPrerequisiteException">
    /// Something is missing and was not installed; the message holds the command to run.
    /// </exception>
    public static async Task EnsureAsync(
        SystemPackage wanted = SystemPackage.All,
        Action<string>? progress = null,
        CancellationToken cancellation = default)
    {
        if (Missing(wanted) == 0)
        {
            return;
        }

        await using var gate = await InstallLock.TakeAsync(cancellation);
        var missing = Missing(wanted);
        if (missing == 0)
        {
            return;
        }

        var names = AptInstaller.Names(missing);
        progress?.Invoke($"Installing {string.Join(" and ", names)} with apt-get");
        var failure = await AptInstaller.InstallAsync(names, cancellation);
        if (Missing(wanted) is var left && left != 0)
        {
            throw StillMissing(left, failure);
        }
    }

    internal static MissingPrerequisiteException PostgresMissing() => StillMissing(SystemPackage.Postgres, null);

    private static MissingPrerequisiteException StillMissing(SystemPackage missing, string? failure)
    {
        List<string> things = [];
        if (missing.HasFlag(SystemPackage.Postgres))
        {
            things.Add("the PostgreSQL server");
        }

        if (missing.HasFlag(SystemPackage.Librdkafka))
        {
            things.Add($"librdkafka ({KafkaLibrary})");
        }

        var reason = failure is null ? "" : $" and could not be installed here: {failure}";
        return new MissingPrerequisiteException(
            $"Missing on this machine: {string.Join(" and ", things)}{reason}",
            AptInstaller.Command(AptInstaller.Names(missing)));
    }

    private static bool HasPostgres() =>
        PostgresPrograms.Find() is not null
        && (!Machine.IsRoot || Machine.FindAccount(PostgresCluster.UserName) is not null);

    private static bool HasKafkaLibrary()
    {
        string[] folders = ["/usr/lib", "/usr/local/lib", "/lib"];
        var machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64";
        return folders.Any(folder => Machine.FileIsThere($"{folder}/{KafkaLibrary}")
                || Machine.FileIsThere($"{folder}/{machine}-linux-gnu/{KafkaLibrary}"))
            || LoaderFinds(KafkaLibrary);
    }

    /// <summary>The loader also knows LD_LIBRARY_PATH and ld.so.conf; asking it costs a load.</summary>
    private static bool LoaderFinds(string library)
    {
        if (!NativeLibrary.TryLoad(library, out var handle))
        {
            return false;
        }

        NativeLibrary.Free(handle);
        return true;
    }
}
