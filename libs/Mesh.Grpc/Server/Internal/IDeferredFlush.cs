namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Something that was written and may wait for company, but not for long.</summary>
internal interface IDeferredFlush
{
    /// <summary>Sends what has been written. Never fails; what has gone wrong shows at the next write.</summary>
    void FlushDeferred();
}
