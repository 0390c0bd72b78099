using System.Diagnostics;
using System.Globalization;
using Mesh.Provisioning;

namespace Mesh.AppModel.Hosting;

/// <summary>The folder of data, logs and run.json, held by one AppHost at a time.</summary>
internal sealed class StateDirectory : IDisposable
{
    internal const string Postgres = "postgres";
    internal const string Broker = "broker";
    internal const string Kafka = "kafka";
    private const string LogFolder = "logs";

    private static readonly TimeSpan EarlierRunLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _lock;
    private readonly string _owner;

    private StateDirectory(string path, FileStream held, string owner)
    {
        Root = path;
        _lock = held;
        _owner = owner;
        RunFile = new RunFile(Path.Combine(path, "run.json"));
    }

    internal string Root { get; }

    internal RunFile RunFile { get; }

    internal string this[string name] => Path.Combine(Root, name);

    /// <summary>Takes the folder. The kernel gives the lock back when we die, however that happens.</summary>
    /// <exception cref="ProvisioningException">Another AppHost has it.</exception>
    internal static StateDirectory Open(string path)
    {
        Directory.CreateDirectory(path);
        var owner = Path.Combine(path, "host.pid");
        try
        {
            // FileShare.None is flock(2) on Linux. Nobody else can open the file, so the id lies in another one.
            var held = new FileStream(
                Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new StateDirectory(path, held, owner);
        }
        catch (IOException error) when (error is not DirectoryNotFoundException)
        {
            var who = File.Exists(owner) ? $" (process {File.ReadAllText(owner).Trim()})" : "";
            throw new ProvisioningException(
                $"Already running{who} on {path}: stop that one first, "
                + "or start this one with another --state DIR and --ports BASE.",
                error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new ProvisioningException(
                $"{path} is not ours to write: choose another folder with --state DIR.", error);
        }
    }

    /// <summary>
    /// The log file of a part. What an earlier run left there is kept beside it; a part that is started again in the
    /// same run goes on in the same file.
    /// </summary>
    internal string Log(string name, bool again)
    {
        var path = Path.Combine(Directory.CreateDirectory(this[LogFolder]).FullName, name + ".log");
        if (!again && File.Exists(path))
        {
            File.Move(path, Path.Combine(this[LogFolder], name + ".previous.log"), overwrite: true);
        }

        return path;
    }

    /// <summary>
    /// After a run that was killed, its children notice and stop; they may need a moment and hold ports until then.
    /// </summary>
    /// <exception cref="ProvisioningException">One of them does not stop.</exception>
    internal async Task WaitForEarlierRunAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (RunFile.FindSurvivor() is { } survivor)
        {
            if (Stopwatch.GetElapsedTime(started) > EarlierRunLimit)
            {
                throw new ProvisioningException(
                    $"{survivor.Name} of an earlier run still runs as process {survivor.Id}. "
                    + $"Run: kill -9 {survivor.Id}");
            }

            await Task.Delay(Beat, cancellation);
        }

        RunFile.Delete();
    }

    /// <summary>Forgets the data and logs of earlier runs; whatever else lies in the folder stays.</summary>
    internal void Clear()
    {
        foreach (var name in new[] { Postgres, Broker, Kafka, LogFolder })
        {
            if (Directory.Exists(this[name]))
            {
                Directory.Delete(this[name], recursive: true);
            }
        }
    }

    public void Dispose()
    {
        File.Delete(_owner);
        _lock.Dispose();
    }
}
