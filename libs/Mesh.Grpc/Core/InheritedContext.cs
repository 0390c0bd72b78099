namespace Grpc.Core;

/// <summary>The only kind of <see cref="ContextPropagationToken"/>: what a call on behalf of another inherits.</summary>
/// <param name="deadline">The inherited deadline in UTC, if any.</param>
/// <param name="cancellationToken">The inherited cancellation.</param>
internal sealed class InheritedContext(DateTime? deadline, CancellationToken cancellationToken)
    : ContextPropagationToken
{
    public DateTime? Deadline { get; } = deadline;

    public CancellationToken CancellationToken { get; } = cancellationToken;
}
