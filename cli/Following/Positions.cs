using Google.Protobuf;
using Mesh.Contracts.Types.V1;

namespace Mesh.Cli.Following;

/// <summary>A partition of a topic.</summary>
internal readonly record struct TopicPlace(string Topic, uint Partition)
{
    public override string ToString() => $"{Topic}/{Partition}";
}

/// <summary>The furthest next offset by topic partition: a folded set of tokens.</summary>
internal sealed class Positions
{
    private readonly Dictionary<TopicPlace, ulong> _next = [];

    internal IReadOnlyDictionary<TopicPlace, ulong> Next => _next;

    internal static Positions Of(params (string Topic, uint Partition, ulong Next)[] places)
    {
        Positions positions = new();
        foreach ((string topic, uint partition, ulong next) in places)
        {
            positions.Take(new TopicPlace(topic, partition), next);
        }

        return positions;
    }

    /// <summary>Takes a serialized token; an empty one says nothing.</summary>
    internal void Take(ByteString token)
    {
        foreach (TopicPosition position in Token.Parser.ParseFrom(token).Reached)
        {
            Take(new TopicPlace(position.Topic, position.Partition), position.NextOffset);
        }
    }

    internal void Take(TopicPlace place, ulong next)
    {
        if (next > _next.GetValueOrDefault(place))
        {
            _next[place] = next;
        }
    }
}
