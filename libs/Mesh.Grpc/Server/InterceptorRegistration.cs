namespace Grpc.AspNetCore.Server;

/// <summary>An interceptor as it was added: its type, and what its constructor is given.</summary>
public class InterceptorRegistration
{
    private readonly object[] _arguments;

    internal InterceptorRegistration(Type type, object[] arguments)
    {
        Type = type;
        _arguments = arguments;
    }

    /// <summary>The type of the interceptor.</summary>
    public Type Type { get; }

    /// <summary>What its constructor is given besides services.</summary>
    public IReadOnlyList<object> Arguments => _arguments;

    internal object[] ArgumentArray => _arguments;
}
