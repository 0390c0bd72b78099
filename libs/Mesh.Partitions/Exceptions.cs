namespace Mesh.Partitions;

/// <summary>
/// A record that an origin sent is missing from a topic: applying what follows would reorder or lose effects.
/// </summary>
public sealed class RecordLostException(string message) : Exception(message);

/// <summary>Another instance took a partition: what this one decided since its last commit is not written.</summary>
public sealed class FenceLostException(string message) : Exception(message);

/// <summary>The partition cannot answer now; the same call may succeed in a moment.</summary>
public sealed class PartitionUnavailableException(string message) : Exception(message);
