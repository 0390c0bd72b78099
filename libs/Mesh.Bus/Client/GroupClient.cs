using Confluent.Kafka;

namespace Mesh.Bus.Client;

/// <summary>
/// A client that speaks of a group without being in it. What goes wrong is said by its calls, so that its own log is
/// not listened to.
/// </summary>
internal static class GroupClient
{
    public static IConsumer<Ignore, Ignore> Create(BusOptions options, string group)
    {
        KafkaLibrary.EnsureLoaded();
        return new ConsumerBuilder<Ignore, Ignore>(ClientSettings.Group(options, group))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
    }
}
