using System.Text;
using Google.Protobuf;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.EventStore;
using Mesh.Partitions;

namespace Mesh.Wiring;

/// <summary>OUT: a record that a service cannot process goes to its topic's dead letters.</summary>
internal static class DeadLetters
{
    /// <summary>The record for the dead letters, and where it goes.</summary>
    /// <param name="service">Who could not process it.</param>
    /// <param name="letter">What it was.</param>
    public static (EventTarget Target, byte[] Body) Bury(string service, DeadLetter letter)
    {
        DeadLettered dead = new()
        {
            Service = service,
            Topic = letter.Topic,
            Partition = (uint)letter.Partition,
            Offset = (ulong)letter.Offset,
            Key = ByteString.CopyFrom(letter.Key ?? []),
            Value = ByteString.CopyFrom(letter.Value),
            Error = letter.Error,
            Origin = letter.Origin is { } origin ? OriginOf(origin) : null,
        };
        EventTarget target = new(
            TopicCatalog.DeadLettersOf(letter.Topic).Name,
            letter.Partition,
            Encoding.UTF8.GetString(letter.Key ?? []));
        return (target, dead.ToByteArray());
    }

    private static Origin OriginOf(in RecordOrigin origin) => new()
    {
        Store = ByteString.CopyFrom(Ids.ToBytes(origin.Store)),
        Partition = (uint)origin.Partition,
        Position = origin.Position,
        Previous = origin.Previous,
        Root = new Root
        {
            ActionId = ByteString.CopyFrom(Ids.ToBytes(origin.Root.ActionId)),
            Lane = (uint)origin.Root.Lane,
            Partition = (uint)origin.Root.Partition,
            Offset = (ulong)origin.Root.Offset,
            ReceivedUs = origin.Root.ReceivedUs,
        },
    };
}
