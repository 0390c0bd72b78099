using Grpc.Core;
using Grpc.Net.Client.Configuration;

namespace Grpc.Net.Client.Internal.Retries;

/// <summary>What a channel's service config says about retries, checked once.</summary>
internal sealed class RetryPlans
{
    private readonly Dictionary<(string Service, string Method), RetryPlan?> _plans = [];
    private readonly long? _maxKeptBytes;
    private long _keptBytes;

    /// <summary>Reads the options of a channel.</summary>
    /// <exception cref="InvalidOperationException">The service config is wrong.</exception>
    /// <exception cref="NotSupportedException">It asks for hedging.</exception>
    public RetryPlans(GrpcChannelOptions options)
    {
        if (options.MaxRetryAttempts < 1)
        {
            throw new InvalidOperationException("GrpcChannelOptions.MaxRetryAttempts must be above zero.");
        }

        _maxKeptBytes = options.MaxRetryBufferSize;
        MaxKeptBytesPerCall = options.MaxRetryBufferPerCallSize;
        if (options.ServiceConfig is not { } config)
        {
            return;
        }

        Throttle = config.RetryThrottling is { } throttling ? new RetryThrottle(throttling) : null;
        foreach (var methods in config.MethodConfigs)
        {
            Add(methods, options.MaxRetryAttempts);
        }
    }

    /// <summary>Null when retries never stop.</summary>
    public RetryThrottle? Throttle { get; }

    /// <summary>How much of its requests a call may keep.</summary>
    public long? MaxKeptBytesPerCall { get; }

    /// <summary>What all calls together keep.</summary>
    public long KeptBytes => Interlocked.Read(ref _keptBytes);

    /// <summary>How a method is tried again; null for not at all.</summary>
    public RetryPlan? Of(IMethod method) =>
        _plans.TryGetValue((method.ServiceName, method.Name), out var plan)
        || _plans.TryGetValue((method.ServiceName, ""), out plan)
        || _plans.TryGetValue(("", ""), out plan)
            ? plan
            : null;

    /// <summary>Takes room for requests, if there is any.</summary>
    public bool TryKeep(long bytes)
    {
        if (Interlocked.Add(ref _keptBytes, bytes) <= (_maxKeptBytes ?? long.MaxValue))
        {
            return true;
        }

        Release(bytes);
        return false;
    }

    public void Release(long bytes) => Interlocked.Add(ref _keptBytes, -bytes);

    private void Add(MethodConfig methods, int? maxAttempts)
    {
        if (methods.HedgingPolicy is not null)
        {
            throw new NotSupportedException(
                "MethodConfig.HedgingPolicy is not supported; use MethodConfig.RetryPolicy.");
        }

        var plan = methods.RetryPolicy is { } policy ? RetryPlan.From(policy, maxAttempts) : null;
        foreach (var name in methods.Names)
        {
            var key = (name.Service ?? "", name.Method ?? "");
            if (key is { Item1: "", Item2: not "" })
            {
                throw new InvalidOperationException(
                    $"MethodName.Method '{name.Method}' needs a MethodName.Service beside it.");
            }

            if (!_plans.TryAdd(key, plan))
            {
                throw new InvalidOperationException(
                    $"ServiceConfig.MethodConfigs names '{name.Service}/{name.Method}' twice.");
            }
        }
    }
}
