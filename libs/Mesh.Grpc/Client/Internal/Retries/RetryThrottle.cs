using Grpc.Net.Client.Configuration;

namespace Grpc.Net.Client.Internal.Retries;

/// <summary>The tokens of a <see cref="RetryThrottlingPolicy"/>. Thread-safe.</summary>
internal sealed class RetryThrottle
{
    private const int MostTokens = 1_000;

    private readonly Lock _gate = new();
    private readonly double _max;
    private readonly double _ratio;
    private double _tokens;

    /// <summary>Checks a policy.</summary>
    /// <exception cref="InvalidOperationException">A value is missing or wrong.</exception>
    public RetryThrottle(RetryThrottlingPolicy policy)
    {
        if (policy.MaxTokens is not (> 0 and <= MostTokens))
        {
            throw new InvalidOperationException($"RetryThrottlingPolicy.MaxTokens must be 1 to {MostTokens}.");
        }

        if (policy.TokenRatio is not > 0)
        {
            throw new InvalidOperationException("RetryThrottlingPolicy.TokenRatio must be above zero.");
        }

        _max = _tokens = policy.MaxTokens.Value;
        _ratio = policy.TokenRatio.Value;
    }

    /// <summary>Notes a failed attempt.</summary>
    /// <returns>Whether there may be another.</returns>
    public bool OnFailure()
    {
        lock (_gate)
        {
            _tokens = Math.Max(_tokens - 1, 0);
            return _tokens > _max / 2;
        }
    }

    /// <summary>Notes a call that the server has begun to answer.</summary>
    public void OnSuccess()
    {
        lock (_gate)
        {
            _tokens = Math.Min(_tokens + _ratio, _max);
        }
    }
}
