namespace Mesh.Bus.Tests.Broker;

/// <summary>A running broker that a suite is pointed at.</summary>
public interface IBroker
{
    /// <summary>Its address, <c>host:port</c>.</summary>
    string BootstrapServers { get; }
}
