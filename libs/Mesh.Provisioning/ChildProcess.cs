using System.ComponentModel;
using System.Diagnostics;
using Mesh.Provisioning.Linux;

namespace Mesh.Provisioning;

/// <summary>
/// A process that we started and that does not outlive us.
/// <para>
/// Two nets catch a parent that dies without a word (kill -9, out of memory). The child's standard input is a pipe
/// whose other end only we hold: the kernel closes it with us, and a program that sees <c>MESH_PARENT_PIPE=1</c> stops
/// when its standard input ends. For programs that are not ours, setpriv sets the kernel's parent-death signal.
/// </para>
/// <para>
/// A child runs in a session of its own, so that Ctrl+C in the terminal reaches only us, and we can stop children in an
/// order that makes sense. Its process id is that of the program itself: every wrapper replaces itself by <c>exec</c>.
/// </para>
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>Set to "1" for a child that should stop when its standard input ends.</summary>
    public const string ParentPipeVariable = "MESH_PARENT_PIPE";

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process, string name)
    {
        _process = process;
        Name = name;
        Id = process.Id;
        _process.Exited += (_, _) => _ended.TrySetResult();
        _process.EnableRaisingEvents = true;
        Exited = ObserveAsync();
    }

    /// <summary>The program's file name, for messages.</summary>
    public string Name { get; }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>
    /// Completes with the exit code when the process has ended and its output has been delivered to the callbacks (128
    /// + signal when a signal ended it). Never faults.
    /// </summary>
    public Task<int> Exited { get; }

    /// <summary>Whether the process has ended.</summary>
    public bool HasExited => _ended.Task.IsCompleted;

    /// <summary>Starts a process.</summary>
    /// <exception cref="ProvisioningException">The program could not be started; the message names it.</exception>
    public static ChildProcess Start(ChildProcessOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var info = ToStartInfo(options);
        try
        {
            return StarterThread.Run(() => Launch(info, options));
        }
        catch (Win32Exception error)
        {
            throw new ProvisioningException($"{options.FileName} could not be started: {error.Message}", error);
        }
    }

    /// <summary>Sends a signal; nothing happens when the process has ended.</summary>
    public void Signal(PosixSignalName signal)
    {
        if (!HasExited)
        {
            _ = LibC.Kill(Id, (int)signal);
        }
    }

    /// <summary>
    /// Asks the process to stop, waits, and kills it when it has not stopped within <paramref name="limit"/>.
    /// </summary>
    /// <param name="limit">How long the process may take to stop by itself.</param>
    /// <param name="signal">The signal that asks.</param>
    /// <returns>Whether it stopped by itself.</returns>
    public async Task<bool> StopAsync(TimeSpan limit, PosixSignalName signal = PosixSignalName.Term)
    {
        Signal(signal);
        try
        {
            await Exited.WaitAsync(limit);
            return true;
        }
        catch (TimeoutException)
        {
            Signal(PosixSignalName.Kill);
            await Exited;
            return false;
        }
    }

    /// <summary>Kills the process when it still runs, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        Signal(PosixSignalName.Kill);
        await Exited;
        _process.Dispose();
    }

    private static ChildProcess Launch(ProcessStartInfo info, ChildProcessOptions options)
    {
        var process = new Process { StartInfo = info };
        process.OutputDataReceived += (_, line) => Deliver(options.OnOutput, line.Data);
        process.ErrorDataReceived += (_, line) => Deliver(options.OnError, line.Data);
        process.Start();
        var child = new ChildProcess(process, Path.GetFileName(options.FileName));
        if (info.RedirectStandardOutput)
        {
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        return child;
    }

    private static void Deliver(Action<string>? callback, string? line)
    {
        if (line is not null)
        {
            callback?.Invoke(line);
        }
    }

    private static ProcessStartInfo ToStartInfo(ChildProcessOptions options)
    {
        var program = options.FileName.Contains('/')
            ? options.FileName
            : Machine.FindProgram(options.FileName)
                ?? throw new ProvisioningException($"{options.FileName} is not on PATH.");
        var command = Wrap(program, options);
        var info = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = options.LogFile is null,
            RedirectStandardError = options.LogFile is null,
            WorkingDirectory = options.WorkingDirectory ?? "",
        };
        foreach (var argument in command.Skip(1).Concat(options.Arguments))
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment[ParentPipeVariable] = "1";
        foreach (var (name, value) in options.Environment)
        {
            info.Environment[name] = value;
        }

        return info;
    }

    /// <summary>
    /// The program behind the wrappers that it needs, each of which ends by exec: one process, one id.
    /// </summary>
    private static List<string> Wrap(string program, ChildProcessOptions options)
    {
        List<string> command = [];
        if (options.LogFile is not null)
        {
            // Opened by the shell with our own rights, before another account takes over.
            command.AddRange(["/bin/sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", options.LogFile]);
        }

        if (Machine.FindProgram("setsid") is { } setsid)
        {
            command.Add(setsid);
        }

        var account = Machine.IsRoot ? options.RunAs : null;
        if (Machine.FindProgram("setpriv") is { } setpriv && (account is not null || options.DeathSignal is not null))
        {
            command.Add(setpriv);
            if (account is not null)
            {
                command.AddRange(["--reuid", account, "--regid", account, "--init-groups"]);
                command.AddRange(["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]);
            }

            if (options.DeathSignal is { } signal)
            {
                command.AddRange(["--pdeathsig", signal.ToString().ToUpperInvariant()]);
            }

            command.Add("--");
        }
        else if (account is not null)
        {
            throw new MissingPrerequisiteException(
                $"{program} must not run as root, and setpriv is missing", "apt-get install -y util-linux");
        }

        command.Add(program);
        return command;
    }

    private async Task<int> ObserveAsync()
    {
        await _ended.Task;
        try
        {
            // A grandchild may keep the output pipes open: do not wait for it for ever.
            using var limit = new CancellationTokenSource(DrainLimit);
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // The last lines may be missing; the exit code is known.
        }

        return _process.ExitCode;
    }
}
