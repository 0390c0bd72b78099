namespace Grpc.Core;

/// <summary>Carries the deadline and cancellation of a call to the calls made on its behalf.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}
