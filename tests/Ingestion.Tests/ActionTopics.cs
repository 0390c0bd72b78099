using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Mesh.Bus;
using Mesh.Contracts;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Ingestion.Tests;

/// <summary>What the topics of the lanes hold, read from their beginnings.</summary>
internal static class ActionTopics
{
    /// <summary>
    /// Waits until all numbers below a count are there, and returns each lane's and player's in the order in which they
    /// came first: an action may come again.
    /// </summary>
    public static async Task<Dictionary<(int Lane, long Player), List<long>>> ReadAsync(string broker, long count)
    {
        ConcurrentQueue<(int Lane, long Number)> arrived = new();
        ConcurrentDictionary<long, bool> seen = new();
        List<TopicReader> readers = [];
        for (int i = 0; i < TopicCatalog.Actions.Count; i++)
        {
            int lane = i;
            readers.Add(new TopicReader(
                new BusOptions { BootstrapServers = broker, ClientId = "ingestion-tests" },
                new TopicReaderOptions
                {
                    Topic = TopicCatalog.Actions[lane].Name,
                    Starts = [.. Enumerable.Range(0, Placement.Partitions).Select(n =>
                        new TopicStart(n, TopicStart.Beginning))],
                },
                batch =>
                {
                    foreach (FetchedRecord record in batch.Records)
                    {
                        long number = long.Parse(Encoding.UTF8.GetString(record.Value), CultureInfo.InvariantCulture);
                        if (seen.TryAdd(number, true))
                        {
                            arrived.Enqueue((lane, number));
                        }
                    }

                    return true;
                },
                _ => { },
                NullLogger.Instance));
        }

        try
        {
            await RelayUnderTest.UntilAsync(() => arrived.Count >= count);
        }
        finally
        {
            foreach (TopicReader reader in readers)
            {
                await reader.DisposeAsync();
            }
        }

        return arrived.GroupBy(a => (a.Lane, a.Number % RelayUnderTest.Players))
            .ToDictionary(some => some.Key, some => some.Select(a => a.Number).ToList());
    }

    /// <summary>Fails unless all numbers below a count are there, in order for each lane and player.</summary>
    public static async Task HoldInOrderAsync(string broker, long count)
    {
        Dictionary<(int Lane, long Player), List<long>> all = await ReadAsync(broker, count);
        Assert.Equal(count, all.Values.Sum(numbers => numbers.Count));
        Assert.All(all.Values, numbers => Assert.Equal(numbers.Order(), numbers));
    }
}
