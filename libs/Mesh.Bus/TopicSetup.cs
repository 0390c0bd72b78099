using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Mesh.Bus.Client;
using Mesh.Bus.Setup;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus;

/// <summary>Makes the topics at a broker what their definitions say.</summary>
public static class TopicSetup
{
    private static readonly TimeSpan AdminCall = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Waits for a broker, creates the topics that are missing (replication as the broker's default), and compares the
    /// rest. A topic that keeps its records longer than said is logged as a warning. Several processes may do this at
    /// once.
    /// </summary>
    /// <exception cref="BrokerUnreachableException">
    /// No broker answered, or its new topics did not appear, within <see cref="BusOptions.BrokerWait"/>.
    /// </exception>
    /// <exception cref="TopicMismatchException">
    /// Partitions, codec or cleanup policy differ, or the retention is shorter; its message says what to run.
    /// </exception>
    /// <exception cref="TopicCreationException">The broker refused to create a topic.</exception>
    /// <exception cref="KafkaLibraryMissingException">The native client is not installed.</exception>
    public static async Task EnsureAsync(
        BusOptions options, IReadOnlyList<TopicDefinition> topics, ILogger logger, CancellationToken cancellation)
    {
        KafkaLibrary.EnsureLoaded();
        using IAdminClient admin = new AdminClientBuilder(ClientSettings.Admin(options))
            .SetLogHandler((_, message) => ClientLog.Write(logger, message))
            .SetErrorHandler((_, error) => ClientLog.Write(logger, options.ClientId, error))
            .Build();
        var deadline = new Deadline(options, cancellation);
        BusMessages.WaitingForBroker(logger, options.BootstrapServers);

        // 1. What is there, as soon as a broker answers. 2. Create the rest. 3. Wait until all of it is known to the
        // broker, since others create as well. 4. Compare.
        Dictionary<string, int> present = await PartitionsAsync(admin, deadline);
        TopicDefinition[] missing = [.. topics.Where(t => !present.ContainsKey(t.Name))];
        if (missing.Length > 0)
        {
            await CreateAsync(admin, missing, logger, deadline);
        }

        while (!topics.All(t => present.ContainsKey(t.Name)))
        {
            present = await PartitionsAsync(admin, deadline);
            await deadline.WaitAsync(AllTopics.Settle);
        }

        foreach (TopicDefinition topic in topics)
        {
            TopicDrift.CheckPartitions(topic, present[topic.Name], options.BootstrapServers);
        }

        await CompareAsync(admin, topics, options, logger, deadline);
    }

    private static async Task<Dictionary<string, int>> PartitionsAsync(IAdminClient admin, Deadline deadline)
    {
        Metadata metadata = await AllTopics.ReadAsync(admin, deadline);
        return metadata.Topics
            .Where(t => !t.Error.IsError && t.Partitions.Count > 0)
            .ToDictionary(t => t.Topic, t => t.Partitions.Count, StringComparer.Ordinal);
    }

    private static async Task CreateAsync(
        IAdminClient admin, TopicDefinition[] missing, ILogger logger, Deadline deadline)
    {
        TopicSpecification[] specifications = [.. missing.Select(topic => new TopicSpecification
        {
            Name = topic.Name,
            NumPartitions = topic.Partitions,
            ReplicationFactor = -1,
            Configs = TopicDrift.Configuration(topic),
        })];
        var call = new CreateTopicsOptions { RequestTimeout = AdminCall, OperationTimeout = AdminCall };
        Dictionary<string, Error> errors = [];
        try
        {
            await admin.CreateTopicsAsync(specifications, call).WaitAsync(deadline.Cancellation);
        }
        catch (CreateTopicsException e)
        {
            errors = e.Results.Where(r => r.Error.IsError).ToDictionary(r => r.Topic, r => r.Error);
        }

        foreach (TopicDefinition topic in missing)
        {
            if (!errors.TryGetValue(topic.Name, out Error? error))
            {
                BusMessages.TopicCreated(logger, topic.Name, topic.Partitions);
            }
            else if (error.Code != ErrorCode.TopicAlreadyExists)
            {
                throw new TopicCreationException(topic.Name, $"{error.Code}: {error.Reason}");
            }
        }
    }

    private static async Task CompareAsync(
        IAdminClient admin, IReadOnlyList<TopicDefinition> topics, BusOptions options, ILogger logger,
        Deadline deadline)
    {
        ConfigResource[] resources =
            [.. topics.Select(t => new ConfigResource { Type = ResourceType.Topic, Name = t.Name })];
        var call = new DescribeConfigsOptions { RequestTimeout = AdminCall };
        while (true)
        {
            try
            {
                List<DescribeConfigsResult> results =
                    await admin.DescribeConfigsAsync(resources, call).WaitAsync(deadline.Cancellation);
                foreach (TopicDefinition topic in topics)
                {
                    DescribeConfigsResult result = results.Single(r => r.ConfigResource.Name == topic.Name);
                    TopicDrift.CheckConfiguration(
                        topic,
                        result.Entries.ToDictionary(e => e.Key, e => e.Value.Value),
                        options.BootstrapServers,
                        logger);
                }

                return;
            }
            catch (DescribeConfigsException e) when (e.Results.Exists(r => AllTopics.IsTransient(r.Error.Code)))
            {
                // A topic that another process has just created may not be known everywhere yet.
                deadline.ThrowIfPassed(e);
                await deadline.WaitAsync(AllTopics.Settle);
            }
            catch (KafkaException e) when (AllTopics.IsTransient(e.Error.Code))
            {
                deadline.ThrowIfPassed(e);
                await deadline.WaitAsync(AllTopics.Settle);
            }
        }
    }
}
