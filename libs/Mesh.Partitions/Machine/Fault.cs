namespace Mesh.Partitions.Machine;

/// <summary>Which record.</summary>
internal readonly record struct RecordId(string Topic, int Partition, long Offset)
{
    public override string ToString() => $"record {Offset} of {Topic}/{Partition}";
}

/// <summary>A record that could not be decided.</summary>
/// <param name="Record">Which one.</param>
/// <param name="Error">Why not.</param>
internal sealed record Fault(RecordId Record, string Error);
