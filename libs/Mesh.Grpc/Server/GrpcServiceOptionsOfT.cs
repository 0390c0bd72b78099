namespace Grpc.AspNetCore.Server;

/// <summary>
/// The options of one service. What is not set here is as in <see cref="GrpcServiceOptions"/>; its interceptors come
/// after those, its compression providers are known besides those.
/// </summary>
/// <typeparam name="TService">The implementation of the service.</typeparam>
public class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class
{
    /// <summary>Creates options that set nothing.</summary>
    public GrpcServiceOptions()
        : base([])
    {
    }
}
