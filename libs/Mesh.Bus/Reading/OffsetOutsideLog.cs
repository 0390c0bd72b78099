using Confluent.Kafka;
using Mesh.Bus.Setup;

namespace Mesh.Bus.Reading;

/// <summary>Asks what a log holds, to tell it with an offset that is not in it.</summary>
internal static class OffsetOutsideLog
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static OffsetOutsideLogException At(
        IConsumer<byte[]?, byte[]> consumer, string bootstrapServers, string topic, TopicPartitionOffset? at)
    {
        int partition = at?.Partition.Value ?? -1;
        (long, long)? log = null;
        try
        {
            WatermarkOffsets marks = consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition), Patience);
            log = (marks.Low.Value, marks.High.Value);
        }
        catch (KafkaException)
        {
            // It is told without: the broker may have gone away since.
        }

        return new OffsetOutsideLogException(
            topic, partition, at?.Offset.Value ?? -1, log,
            OperatorCommands.ShowOffsets(bootstrapServers, topic, partition));
    }
}
