namespace Mesh.Partitions;

/// <summary>A part.</summary>
public readonly record struct StatePart(int Part, byte[] Bytes);

/// <summary>Takes parts.</summary>
public interface IStateWriter
{
    /// <summary>Takes one.</summary>
    void Write(int part, byte[] bytes);
}
