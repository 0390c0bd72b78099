namespace Grpc.Net.Client.Balancer;

/// <summary>How long to wait before the next attempt.</summary>
public interface IBackoffPolicy
{
    /// <summary>Chooses a wait, usually a longer one each time.</summary>
    /// <returns>The wait.</returns>
    TimeSpan NextBackoff();
}
