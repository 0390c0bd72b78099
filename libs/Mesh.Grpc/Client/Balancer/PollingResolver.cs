using Grpc.Core;
using Grpc.Net.Client.Internal;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Balancer;

/// <summary>A resolver that asks somebody, such as a name server, one question at a time.</summary>
public abstract class PollingResolver : Resolver
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposal = new();
    private readonly ILogger _logger;
    private readonly IBackoffPolicyFactory? _backoff;
    private Action<ResolverResult>? _listener;
    private Task _resolving = Task.CompletedTask;
    private volatile bool _isResolved;

    /// <summary>Creates a resolver that gives up after a failure, until it is asked to refresh.</summary>
    /// <param name="loggerFactory">Makes loggers.</param>
    protected PollingResolver(ILoggerFactory loggerFactory)
        : this(loggerFactory, null)
    {
    }

    /// <summary>Creates a resolver that tries again after a failure.</summary>
    /// <param name="loggerFactory">Makes loggers.</param>
    /// <param name="backoffPolicyFactory">How long it waits after a failure; null to give up.</param>
    protected PollingResolver(ILoggerFactory loggerFactory, IBackoffPolicyFactory? backoffPolicyFactory)
    {
        ArgumentNullException.ThrowIfNull(loggerFactory);
        _logger = loggerFactory.CreateLogger(GetType());
        _backoff = backoffPolicyFactory;
    }

    /// <summary>Takes each result.</summary>
    protected Action<ResolverResult> Listener =>
        _listener ?? throw new InvalidOperationException("The resolver has not been started.");

    /// <inheritdoc/>
    public sealed override void Start(Action<ResolverResult> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        if (_listener is not null)
        {
            throw new InvalidOperationException("The resolver has been started already.");
        }

        _listener = result =>
        {
            _isResolved |= result.Status.StatusCode == StatusCode.OK;
            if (!_disposal.IsCancellationRequested)
            {
                listener(result);
            }
        };
        OnStarted();
    }

    /// <summary>Asks, unless it is asking already.</summary>
    public sealed override void Refresh()
    {
        lock (_gate)
        {
            if (_resolving.IsCompleted && !_disposal.IsCancellationRequested)
            {
                _resolving = ResolveUntilSuccessAsync(_disposal.Token);
            }
        }
    }

    /// <summary>Called when the resolver has been started.</summary>
    protected virtual void OnStarted()
    {
    }

    /// <summary>Asks once and hands the result to <see cref="Listener"/>.</summary>
    /// <param name="cancellationToken">Cancelled when the resolver is disposed of.</param>
    /// <returns>A task that completes after that; a failed one is a result as well.</returns>
    protected abstract Task ResolveAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _disposal.Cancel();

    private async Task ResolveUntilSuccessAsync(CancellationToken cancellationToken)
    {
        // Off the caller's thread, which may hold a lock.
        await Task.Yield();
        var backoff = _backoff?.Create();
        _isResolved = false;
        try
        {
            while (true)
            {
                try
                {
                    await ResolveAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    ClientMessages.ResolveFailed(_logger, exception);
                    Listener(ResolverResult.ForFailure(new Status(
                        StatusCode.Unavailable, "Resolving failed: " + exception.Message, exception)));
                }

                if (_isResolved || backoff is null)
                {
                    return;
                }

                await Task.Delay(backoff.NextBackoff(), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Disposed of.
        }
    }
}
