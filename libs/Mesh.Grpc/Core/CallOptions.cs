namespace Grpc.Core;

/// <summary>The options of one call. Immutable: the <c>With…</c> methods return changed copies.</summary>
public readonly struct CallOptions
{
    /// <summary>Creates options.</summary>
    /// <param name="headers">Sent before the first request.</param>
    /// <param name="deadline">When the call must have ended, in UTC.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="writeOptions">How requests are written at first.</param>
    /// <param name="propagationToken">Of the call that this one is made for.</param>
    /// <param name="credentials">What this call proves, after what its channel does.</param>
    public CallOptions(
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default,
        WriteOptions? writeOptions = null,
        ContextPropagationToken? propagationToken = null,
        CallCredentials? credentials = null)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
        PropagationToken = propagationToken;
        Credentials = credentials;
    }

    /// <summary>Sent before the first request.</summary>
    public Metadata? Headers { get; private init; }

    /// <summary>When the call must have ended, in UTC; null for no deadline.</summary>
    public DateTime? Deadline { get; private init; }

    /// <summary>Cancels the call.</summary>
    public CancellationToken CancellationToken { get; private init; }

    /// <summary>How requests are written at first.</summary>
    public WriteOptions? WriteOptions { get; private init; }

    /// <summary>Of the call that this one is made for.</summary>
    public ContextPropagationToken? PropagationToken { get; private init; }

    /// <summary>What this call proves, after what its channel does; null for nothing.</summary>
    public CallCredentials? Credentials { get; private init; }

    /// <summary>Whether the call waits while its channel cannot connect, rather than fail with UNAVAILABLE.</summary>
    public bool IsWaitForReady { get; private init; }

    /// <summary>Replaces the headers.</summary>
    /// <param name="headers">The headers.</param>
    /// <returns>A changed copy.</returns>
    public CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>Replaces the deadline.</summary>
    /// <param name="deadline">The deadline in UTC.</param>
    /// <returns>A changed copy.</returns>
    public CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>Replaces the cancellation token.</summary>
    /// <param name="cancellationToken">The token.</param>
    /// <returns>A changed copy.</returns>
    public CallOptions WithCancellationToken(CancellationToken cancellationToken) =>
        this with { CancellationToken = cancellationToken };

    /// <summary>Replaces the write options.</summary>
    /// <param name="writeOptions">The write options.</param>
    /// <returns>A changed copy.</returns>
    public CallOptions WithWriteOptions(WriteOptions writeOptions) => this with { WriteOptions = writeOptions };

    /// <summary>Replaces the propagation token.</summary>
    /// <param name="propagationToken">The token.</param>
    /// <returns>A changed copy.</returns>
    public CallOptions WithPropagationToken(ContextPropagationToken propagationToken) =>
        this with { PropagationToken = propagationToken };

    /// <summary>Replaces the credentials.</summary>
    /// <param name="credentials">The credentials.</param>
    /// <returns>A changed copy.</returns>
    public CallOptions WithCredentials(CallCredentials credentials) => this with { Credentials = credentials };

    /// <summary>Chooses whether the call waits for a connection.</summary>
    /// <param name="waitForReady">False to fail when there is none.</param>
    /// <returns>A changed copy.</returns>
    public CallOptions WithWaitForReady(bool waitForReady = true) => this with { IsWaitForReady = waitForReady };
}
