using Confluent.Kafka;
using Mesh.Bus.Client;
using Mesh.Bus.Setup;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus;

/// <summary>Tells one Kafka cluster from another: offsets of the one say nothing of the other's topics.</summary>
public static class KafkaCluster
{
    /// <summary>Waits for a broker and asks for its cluster's id, which is made with the cluster.</summary>
    /// <exception cref="BrokerUnreachableException">
    /// No broker answered within <see cref="BusOptions.BrokerWait"/>.
    /// </exception>
    /// <exception cref="KafkaLibraryMissingException">The native client is not installed.</exception>
    public static async Task<string> IdAsync(BusOptions options, ILogger logger, CancellationToken cancellation)
    {
        KafkaLibrary.EnsureLoaded();
        using IAdminClient admin = new AdminClientBuilder(ClientSettings.Admin(options))
            .SetLogHandler((_, message) => ClientLog.Write(logger, message))
            .SetErrorHandler((_, error) => ClientLog.Write(logger, options.ClientId, error))
            .Build();
        BusMessages.WaitingForBroker(logger, options.BootstrapServers);
        var deadline = new Deadline(options, cancellation);
        while (true)
        {
            // The id comes with the metadata, and the client keeps it.
            await AllTopics.ReadAsync(admin, deadline);
            if (ClusterId.Of(admin.Handle) is { } id)
            {
                return id;
            }

            await deadline.WaitAsync(AllTopics.Settle);
        }
    }
}
