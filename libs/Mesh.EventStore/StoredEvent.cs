namespace Mesh.EventStore;

/// <summary>Where an event goes after its commit: decided once, stored with it, never computed again.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The topic's partition.</param>
/// <param name="Key">The record's key; null: the event's stream.</param>
public sealed record EventTarget(string Topic, int Partition, string? Key = null);

/// <summary>One event of a partition's log.</summary>
/// <param name="Position">Its position; contiguous within a partition and an incarnation.</param>
/// <param name="Stream">The stream that it belongs to.</param>
/// <param name="Type">Its stored, versioned name.</param>
/// <param name="Body">Its serialized body. Not to be written to: the page and the relay share it.</param>
/// <param name="Root">Bytes that name the cause; empty: none. The store does not read them.</param>
/// <param name="Target">Where it goes; null: nowhere.</param>
/// <param name="Previous">The position that this partition sent to that target before; 0: none.</param>
public readonly record struct StoredEvent(
    long Position,
    string Stream,
    string Type,
    byte[] Body,
    byte[] Root,
    EventTarget? Target,
    long Previous);
