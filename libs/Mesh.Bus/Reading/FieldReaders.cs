using Confluent.Kafka;

namespace Mesh.Bus.Reading;

/// <summary>Copies a key out of the client's memory, or leaves it there.</summary>
internal sealed class KeyReader(bool wanted) : IDeserializer<byte[]?>
{
    public byte[]? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
        isNull || !wanted ? null : data.ToArray();
}

/// <summary>Copies a value out of the client's memory; a missing one becomes the tombstone instance.</summary>
internal sealed class ValueReader : IDeserializer<byte[]>
{
    public byte[] Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
        isNull ? FetchedRecord.TombstoneValue : data.ToArray();
}
