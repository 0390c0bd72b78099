using Mesh.Contracts.Types.V1;

namespace Mesh.Cli.Following;

/// <summary>
/// One service on the way of a set of records: decides from the service's own answers whether it has taken them in and,
/// when it sends on, how far the next one has to read. No I/O. Answers may come from different instances, each telling
/// of its own partitions; what has been seen of a partition stays seen.
/// </summary>
/// <param name="service">The service's name, for people.</param>
/// <param name="goals">How far the service's inputs must have been read.</param>
/// <param name="nextTopic">The topic that it sends on to; null: it is the last on this way.</param>
internal sealed class Hop(string service, Positions goals, string? nextTopic)
{
    private readonly Dictionary<TopicPlace, ulong> _reached = [];
    private readonly Dictionary<uint, ulong> _heads = [];
    private readonly HashSet<uint> _relayed = [];

    internal string Service => service;

    /// <summary>How far the next service must read; whole when <see cref="Done"/>.</summary>
    internal Positions NextGoals { get; } = new();

    internal bool Done => Behind().Count == 0 && (nextTopic is null || _relayed.Count == _heads.Count);

    /// <summary>Grows with every step forward: a watcher tells a slow service from a stuck one by it.</summary>
    internal ulong Advance { get; private set; }

    internal void Take(ProgressResponse answer)
    {
        foreach (PartitionProgress partition in answer.Partitions)
        {
            TakeInputs(partition);
            if (nextTopic is not null)
            {
                TakeRelay(partition, nextTopic);
            }
        }
    }

    /// <summary>The topic partitions that are not read far enough.</summary>
    internal IReadOnlyList<TopicPlace> Behind() =>
        [.. goals.Next.Where(goal => _reached.GetValueOrDefault(goal.Key) < goal.Value).Select(goal => goal.Key)];

    /// <summary>What it waits for, for people.</summary>
    internal string Waiting()
    {
        IReadOnlyList<TopicPlace> behind = Behind();
        return behind.Count > 0
            ? $"{service} has not read {string.Join(", ", behind.Take(4))}{(behind.Count > 4 ? ", …" : "")} to its goal"
            : $"{service} has not sent on what partitions {string.Join(", ", _heads.Keys.Except(_relayed))} decided";
    }

    private void TakeInputs(PartitionProgress partition)
    {
        bool mine = false;
        bool there = true;
        foreach (TopicPosition input in partition.Inputs)
        {
            TopicPlace place = new(input.Topic, input.Partition);
            if (!goals.Next.TryGetValue(place, out ulong goal))
            {
                continue;
            }

            mine = true;
            ulong before = _reached.GetValueOrDefault(place);
            if (input.NextOffset > before)
            {
                _reached[place] = input.NextOffset;
                Advance += input.NextOffset - before;
            }

            there &= _reached.GetValueOrDefault(place) >= goal;
        }

        // The head that goes with the inputs is in the same answer: everything that they caused lies at or below it.
        if (mine && there && _heads.TryAdd(partition.Partition, partition.Head))
        {
            Advance++;
        }
    }

    private void TakeRelay(PartitionProgress partition, string topic)
    {
        if (!_heads.TryGetValue(partition.Partition, out ulong head)
            || partition.Relayed < head
            || !_relayed.Add(partition.Partition))
        {
            return;
        }

        Advance++;
        foreach (RelayProgress target in partition.Targets.Where(target => target.Topic == topic))
        {
            NextGoals.Take(new TopicPlace(target.Topic, target.Partition), target.NextOffset);
        }
    }
}
