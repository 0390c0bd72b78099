namespace Mesh.Bus.Tests.Broker;

/// <summary>A running broker that a suite is pointed at.</summary>
public interface IBroker
{
    /// <summary>Its address, <c>host:port</c>.</summary>
    string BootstrapServers { get; }

    /// <summary>The id of its cluster.</summary>
    string ClusterId { get; }
}

/// <summary>A broker that deletes what is past its retention at once, by a time that a test lets pass.</summary>
public interface IAgingBroker : IBroker
{
    /// <summary>A retention that passes soon.</summary>
    TimeSpan Retention { get; }

    /// <summary>Its time.</summary>
    TimeProvider Clock { get; }

    /// <summary>It is what it is now, and passes by <see cref="Pass"/> alone, if it can be made to.</summary>
    void Begin();

    /// <summary>Lets time pass; where it cannot be made to, whoever waits for what follows waits longer.</summary>
    void Pass(TimeSpan time);
}
