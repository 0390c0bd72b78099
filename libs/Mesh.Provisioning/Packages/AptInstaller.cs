using System.Collections.Concurrent;
using Mesh.Provisioning.Linux;

namespace Mesh.Provisioning.Packages;

/// <summary>Installs Debian packages.</summary>
internal static class AptInstaller
{
    /// <summary>
    /// Debian's postgresql package makes and starts a cluster of its own on port 5432, which nobody asked for, unless
    /// postgresql-common's configuration says otherwise. So postgresql-common goes first, its setting is changed for
    /// the time of the installation only, and changed back.
    /// </summary>
    private const string Script =
        """
        set -e
        export DEBIAN_FRONTEND=noninteractive
        get() { apt-get -q -o DPkg::Lock::Timeout=300 "$@"; }
        get update
        conf=/etc/postgresql-common/createcluster.conf
        mark='create_main_cluster = false # for one installation'
        restore() { if [ -f $conf ]; then sed -i "/^$mark\$/d" $conf; fi; }
        trap restore EXIT
        case " $* " in
          *" postgresql "*)
            get install -y --no-install-recommends postgresql-common
            if ! grep -q '^create_main_cluster' $conf; then echo "$mark" >>$conf; fi ;;
        esac
        get install -y --no-install-recommends "$@"
        """;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    internal static IReadOnlyList<string> Names(SystemPackage packages)
    {
        List<string> names = [];
        if (packages.HasFlag(SystemPackage.Postgres))
        {
            names.Add("postgresql");
        }

        if (packages.HasFlag(SystemPackage.Librdkafka))
        {
            names.Add("librdkafka1");
        }

        return names;
    }

    /// <summary>What a person would type.</summary>
    internal static string Command(IReadOnlyList<string> names)
    {
        var sudo = Machine.IsRoot ? "" : "sudo ";
        return $"{sudo}apt-get update && {sudo}apt-get install -y {string.Join(' ', names)}";
    }

    /// <summary>Installs the packages; null, or why that did not work.</summary>
    internal static async Task<string?> InstallAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        if (Machine.FindProgram("apt-get") is null)
        {
            return "there is no apt-get";
        }

        if (Machine.IsRoot)
        {
            return await RunAsync("/bin/sh", ["-c", Script, "sh", .. names], cancellation);
        }

        if (Machine.FindProgram("sudo") is not { } sudo
            || await RunAsync(sudo, ["-n", "true"], cancellation) is not null)
        {
            return "that takes root";
        }

        return await RunAsync(sudo, ["-n", "/bin/sh", "-c", Script, "sh", .. names], cancellation);
    }

    private static async Task<string?> RunAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var lines = new ConcurrentQueue<string>();
        await using var child = ChildProcess.Start(new ChildProcessOptions
        {
            FileName = program,
            Arguments = arguments,
            // apt-get killed half-way leaves a broken package database: let it finish when we die.
            DeathSignal = null,
            OnError = lines.Enqueue,
        });
        try
        {
            var code = await child.Exited.WaitAsync(cancellation);
            return code == 0 ? null : lines.LastOrDefault() ?? $"{Path.GetFileName(program)} ended with code {code}";
        }
        catch (OperationCanceledException)
        {
            await child.StopAsync(StopLimit);
            throw;
        }
    }
}
