namespace Mesh.EventStore;

/// <summary>What the database says of one partition.</summary>
/// <param name="Partition">Its number, from 0.</param>
/// <param name="Epoch">The fence: a commit under another epoch writes nothing.</param>
/// <param name="Head">The last position of the log.</param>
/// <param name="Relayed">Every event up to this position is acknowledged by its target.</param>
/// <param name="Inputs">How far the partition has read; the store does not look inside.</param>
/// <param name="Sent">What it sent last, by target; the store does not look inside.</param>
/// <param name="Checkpoint">The states hold every event up to this position; at first the store's origin.</param>
/// <param name="States">How many state rows there are; fewer in the table: some were lost.</param>
public sealed record PartitionRow(
    int Partition,
    long Epoch,
    long Head,
    long Relayed,
    byte[] Inputs,
    byte[] Sent,
    long Checkpoint,
    long States);

/// <summary>
/// What one commit changes in one partition: a page of events (or none) and the partition's row, together.
/// </summary>
/// <param name="Partition">The partition's number.</param>
/// <param name="Epoch">Written only if the row still has this epoch …</param>
/// <param name="Head">… and this head.</param>
/// <param name="Events">The page, at positions <c>Head + 1</c> and on; may be empty.</param>
/// <param name="Relayed">The row's new value.</param>
/// <param name="Inputs">The row's new value.</param>
/// <param name="Sent">The row's new value.</param>
public sealed record PageWrite(
    int Partition,
    long Epoch,
    long Head,
    IReadOnlyList<StoredEvent> Events,
    long Relayed,
    byte[] Inputs,
    byte[] Sent);
