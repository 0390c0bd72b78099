using Google.Protobuf;
using Mesh.Contracts;
using Mesh.Contracts.Types.V1;

namespace Mesh.Ingestion;

/// <summary>How far what one caller sent reaches, by lane and partition. Written by the producer's thread.</summary>
internal sealed class TokenBuilder
{
    private readonly long[] _next = new long[TopicCatalog.Actions.Count * Placement.Partitions];

    public void Note(int lane, int partition, long offset)
    {
        ref long next = ref _next[(lane * Placement.Partitions) + partition];
        if (offset >= Volatile.Read(ref next))
        {
            Volatile.Write(ref next, offset + 1);
        }
    }

    public ByteString Build()
    {
        Token token = new();
        for (int i = 0; i < _next.Length; i++)
        {
            long next = Volatile.Read(ref _next[i]);
            if (next > 0)
            {
                token.Reached.Add(new TopicPosition
                {
                    Topic = TopicCatalog.Actions[i / Placement.Partitions].Name,
                    Partition = (uint)(i % Placement.Partitions),
                    NextOffset = (ulong)next,
                });
            }
        }

        return token.ToByteString();
    }
}
