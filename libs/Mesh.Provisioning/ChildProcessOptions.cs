namespace Mesh.Provisioning;

/// <summary>How a child process is started. See <see cref="ChildProcess.Start"/>.</summary>
public sealed record ChildProcessOptions
{
    /// <summary>The program: a path, or a name that PATH resolves.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments, passed as they are (no shell).</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Its working directory; null: ours.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables set on top of our own environment; a null value removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>
    /// Called with each line of standard output, on a pool thread, one call at a time. Null: lines are read and
    /// dropped.
    /// </summary>
    public Action<string>? OnOutput { get; init; }

    /// <summary>The same for standard error.</summary>
    public Action<string>? OnError { get; init; }

    /// <summary>
    /// A file to which standard output and error are appended by the child itself, so that nothing is lost when this
    /// process dies first. The callbacks see nothing then.
    /// </summary>
    public string? LogFile { get; init; }

    /// <summary>
    /// The signal the kernel sends the child when this process dies, however it dies; null: none, the child watches its
    /// standard input instead. Needs setpriv (util-linux); without it, silently none.
    /// </summary>
    public PosixSignalName? DeathSignal { get; init; } = PosixSignalName.Term;

    /// <summary>
    /// When we run as root: the account the child runs as, keeping only the capability to enter folders that this
    /// account may not (a clone below a folder of mode 0700). Null, or not root: our own account.
    /// </summary>
    public string? RunAs { get; init; }
}

/// <summary>Signals that end a process.</summary>
public enum PosixSignalName
{
    /// <summary>SIGINT: Ctrl+C; PostgreSQL's fast shutdown.</summary>
    Int = 2,

    /// <summary>SIGQUIT: PostgreSQL's immediate shutdown.</summary>
    Quit = 3,

    /// <summary>SIGKILL: cannot be caught.</summary>
    Kill = 9,

    /// <summary>SIGTERM: please stop.</summary>
    Term = 15,
}
