using Grpc.Core;
using Grpc.Net.Client.Configuration;
using Grpc.Net.Client.Internal.Connections;

namespace Grpc.Net.Client.Internal.Retries;

/// <summary>A checked <see cref="RetryPolicy"/>.</summary>
internal sealed class RetryPlan
{
    private readonly TimeSpan _initialBackoff;
    private readonly TimeSpan _maxBackoff;
    private readonly double _multiplier;
    private readonly HashSet<StatusCode> _retryable;

    private RetryPlan(int maxAttempts, RetryPolicy policy)
    {
        MaxAttempts = maxAttempts;
        _initialBackoff = policy.InitialBackoff!.Value;
        _maxBackoff = policy.MaxBackoff!.Value;
        _multiplier = policy.BackoffMultiplier!.Value;
        _retryable = [.. policy.RetryableStatusCodes];
    }

    public int MaxAttempts { get; }

    /// <summary>Checks a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="limit">The most attempts that the channel allows.</param>
    /// <returns>Null when there is to be one attempt.</returns>
    /// <exception cref="InvalidOperationException">A value is missing or wrong.</exception>
    public static RetryPlan? From(RetryPolicy policy, int? limit)
    {
        Check(policy.MaxAttempts >= 2, nameof(policy.MaxAttempts), "must be 2 or more");
        Check(policy.InitialBackoff > TimeSpan.Zero, nameof(policy.InitialBackoff), "must be above zero");
        Check(policy.MaxBackoff > TimeSpan.Zero, nameof(policy.MaxBackoff), "must be above zero");
        Check(policy.BackoffMultiplier > 0, nameof(policy.BackoffMultiplier), "must be above zero");
        Check(
            policy.RetryableStatusCodes.Count > 0, nameof(policy.RetryableStatusCodes), "must name a status at least");
        var attempts = Math.Min(policy.MaxAttempts!.Value, limit ?? int.MaxValue);
        return attempts > 1 ? new RetryPlan(attempts, policy) : null;
    }

    public bool IsRetryable(StatusCode status) => _retryable.Contains(status);

    /// <summary>The wait before the next attempt.</summary>
    /// <param name="failures">How many attempts have failed since the server last said how long to wait.</param>
    public TimeSpan BackoffAfter(int failures)
    {
        var seconds = _initialBackoff.TotalSeconds * Math.Pow(_multiplier, failures - 1);
        return ExponentialBackoff.Vary(
            seconds < _maxBackoff.TotalSeconds ? TimeSpan.FromSeconds(seconds) : _maxBackoff);
    }

    private static void Check(bool isRight, string name, string rule)
    {
        if (!isRight)
        {
            throw new InvalidOperationException($"RetryPolicy.{name} {rule}.");
        }
    }
}
