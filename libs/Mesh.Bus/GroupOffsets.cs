using Confluent.Kafka;
using Mesh.Bus.Client;
using Microsoft.Extensions.Logging;

namespace Mesh.Bus;

/// <summary>How far a partition of a topic is read.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="NextOffset">The offset of the first record that is not read.</param>
public readonly record struct GroupOffset(string Topic, int Partition, long NextOffset);

/// <summary>
/// Commits offsets under a consumer group, for those who look at lag. There is no membership and no rebalance, and
/// nothing of it is ever read back to begin from. Safe for use by several threads, one commit at a time.
/// </summary>
public sealed class GroupOffsets : IDisposable
{
    private readonly Lock _gate = new();
    private readonly BusOptions _options;
    private readonly string _group;
    private readonly ILogger _logger;
    private IConsumer<Ignore, Ignore>? _consumer;
    private bool _disposed;

    /// <summary>Makes a committer; it connects with the first commit.</summary>
    public GroupOffsets(BusOptions options, string group, ILogger logger)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        (_options, _group, _logger) = (options, group, logger);
    }

    /// <summary>Whether the last commit failed.</summary>
    public bool Failing { get; private set; }

    /// <summary>
    /// Commits. Blocks until the group's coordinator has answered, or for <see cref="Limits.GroupPatience"/> and a
    /// little when there is none. A failure is logged once, until a commit succeeds again.
    /// </summary>
    /// <returns>Whether all of it is committed.</returns>
    /// <exception cref="KafkaLibraryMissingException">The native client is not installed.</exception>
    public bool Commit(IReadOnlyCollection<GroupOffset> offsets)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                _consumer ??= GroupClient.Create(_options, _group);
                // What the client has to say, of broken connections above all, would pile up unheard.
                _consumer.Consume(TimeSpan.Zero);
                _consumer.Commit(offsets.Select(o => new TopicPartitionOffset(o.Topic, o.Partition, o.NextOffset)));
                Failing = false;
            }
            catch (Exception e) when (e is KafkaException)
            {
                if (!Failing)
                {
                    BusMessages.OffsetsNotCommitted(_logger, _group, e.Message);
                }

                Failing = true;
            }

            return !Failing;
        }
    }

    /// <summary>Ends it, after a commit that is under way.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _consumer?.Dispose();
        }
    }
}
