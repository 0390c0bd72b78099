namespace Grpc.Core;

/// <summary>
/// What proves, call by call, who calls. Sent over TLS only, unless the channel was told otherwise. Immutable.
/// </summary>
public abstract class CallCredentials
{
    private protected CallCredentials()
    {
    }

    /// <summary>Joins credentials: all of them are added, in order.</summary>
    /// <param name="credentials">At least two.</param>
    /// <returns>The joined credentials.</returns>
    /// <exception cref="ArgumentException">There are fewer than two.</exception>
    public static CallCredentials Compose(params CallCredentials[] credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        if (credentials.Length < 2)
        {
            throw new ArgumentException("Composing takes at least two credentials.", nameof(credentials));
        }

        foreach (var part in credentials)
        {
            ArgumentNullException.ThrowIfNull(part, nameof(credentials));
        }

        return new Composed([.. credentials]);
    }

    /// <summary>Makes credentials of a function that adds to the headers of each call.</summary>
    /// <param name="interceptor">The function; used by many calls at once. When it fails, the call does.</param>
    /// <returns>The credentials.</returns>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(interceptor);
        return new FromFunction(interceptor);
    }

    /// <summary>Adds to the headers of a call.</summary>
    internal abstract Task AddToAsync(AuthInterceptorContext context, Metadata metadata);

    private sealed class FromFunction(AsyncAuthInterceptor interceptor) : CallCredentials
    {
        internal override Task AddToAsync(AuthInterceptorContext context, Metadata metadata) =>
            interceptor(context, metadata);
    }

    private sealed class Composed(CallCredentials[] parts) : CallCredentials
    {
        internal override async Task AddToAsync(AuthInterceptorContext context, Metadata metadata)
        {
            foreach (var part in parts)
            {
                await part.AddToAsync(context, metadata).ConfigureAwait(false);
            }
        }
    }
}
