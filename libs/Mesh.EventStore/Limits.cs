namespace Mesh.EventStore;

/// <summary>What the store accepts.</summary>
public static class Limits
{
    /// <summary>The highest number of partitions of a store.</summary>
    public const int Partitions = 1_024;

    /// <summary>The highest number of events of a page.</summary>
    public const int PageEvents = 10_000;

    /// <summary>
    /// Bytes of one event's body. Below what Kafka takes as one record by default (1,000,000 with key and headers):
    /// an event that is committed and cannot be relayed would hold up its partition for ever.
    /// </summary>
    public const int BodyBytes = 900 * 1024;

    /// <summary>Characters of a stream's name or of a record's key.</summary>
    public const int NameChars = 20_000;

    /// <summary>
    /// The highest number of state rows of one write. The partition's commits wait while it runs: a few hundred rows
    /// at a time are kinder.
    /// </summary>
    public const int StateRows = 10_000;

    /// <summary>The bits of a position that count events; the 16 above hold the incarnation.</summary>
    public const int PositionBits = 48;
}
