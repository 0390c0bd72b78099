using System.Diagnostics;
using Mesh.Bus;
using Mesh.Contracts;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Bench.Running;

/// <summary>Reads all of a topic as the services do.</summary>
internal static class WholeTopic
{
    /// <summary>Reads every partition from its beginning on, until the reader is disposed of.</summary>
    /// <param name="broker"><c>host:port</c>.</param>
    /// <param name="client">Who reads, for the broker.</param>
    /// <param name="topic">Which.</param>
    /// <param name="withOrigins">Whether the records' origins are read as well.</param>
    /// <param name="take">Gets each record, on one thread, and when its batch came, by the stopwatch.</param>
    /// <param name="failed">Gets what ends the reader.</param>
    internal static TopicReader Read(
        string broker,
        string client,
        TopicSpec topic,
        bool withOrigins,
        Action<FetchedRecord, long> take,
        Action<Exception> failed)
    {
        TopicReaderOptions reading = new()
        {
            Topic = topic.Name,
            Starts = [.. Enumerable.Range(0, topic.Partitions).Select(n => new TopicStart(n, TopicStart.Beginning))],
            WithOrigins = withOrigins,
        };
        return new TopicReader(
            new BusOptions { BootstrapServers = broker, ClientId = client },
            reading,
            batch =>
            {
                long now = Stopwatch.GetTimestamp();
                foreach (FetchedRecord record in batch.Records)
                {
                    take(record, now);
                }

                return true;
            },
            failed,
            NullLogger.Instance);
    }
}
