namespace Grpc.Net.Client.Configuration;

/// <summary>Names a method, all methods of a service, or all methods.</summary>
public sealed class MethodName
{
    /// <summary>All methods of all services.</summary>
    public static readonly MethodName Default = new();

    /// <summary>The full name of the service; null or empty for all services.</summary>
    public string? Service { get; set; }

    /// <summary>The name of the method alone; null or empty for all methods of the service.</summary>
    public string? Method { get; set; }
}
