using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Mesh.EventStore.Machinery;

/// <summary>
/// How a page holds its events: one after the other, numbers with the highest byte first. Each begins with a head of
/// <see cref="HeadBytes"/> bytes: type (2; from 1, into the page's names), target (2; 0: it stays here), target
/// partition (2), previous (8), then the lengths of stream (2), key (2; <see cref="NoKey"/>: the stream is the key),
/// root (2) and body (4); these four follow. The SQL function <c>page_events</c> reads the same.
/// </summary>
internal static class PackedEvents
{
    private const int HeadBytes = 24;
    private const ushort NoKey = ushort.MaxValue;

    /// <summary>Packs events into a rented buffer; names are added as they come.</summary>
    /// <exception cref="ArgumentException">A stream, key or root is longer than its length can say.</exception>
    public static (byte[] Rented, int Length) Pack(IReadOnlyList<StoredEvent> events, List<string> names)
    {
        int most = 0;
        for (int i = 0; i < events.Count; i++)
        {
            most = checked(most + MostBytes(events[i]));
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(most);
        int length = 0;
        for (int i = 0; i < events.Count; i++)
        {
            length += Write(events[i], names, rented.AsSpan(length));
        }

        return (rented, length);
    }

    /// <summary>Takes the next event; <paramref name="packed"/> begins after it then.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bytes end within an event.</exception>
    public static StoredEvent Take(ref ReadOnlySpan<byte> packed, long position, PageNames names)
    {
        ReadOnlySpan<byte> head = packed[..HeadBytes];
        int stream = BinaryPrimitives.ReadUInt16BigEndian(head[14..]);
        int key = BinaryPrimitives.ReadUInt16BigEndian(head[16..]);
        int root = BinaryPrimitives.ReadUInt16BigEndian(head[18..]);
        int body = BinaryPrimitives.ReadInt32BigEndian(head[20..]);
        ReadOnlySpan<byte> rest = packed[HeadBytes..];
        string streamName = Encoding.UTF8.GetString(rest[..stream]);
        rest = rest[stream..];
        ReadOnlySpan<byte> keyBytes = key == NoKey ? default : rest[..key];
        rest = rest[keyBytes.Length..];
        int topic = BinaryPrimitives.ReadUInt16BigEndian(head[2..]);
        EventTarget? target = topic == 0
            ? null
            : names.Target(
                topic,
                BinaryPrimitives.ReadUInt16BigEndian(head[4..]),
                key == NoKey ? null : Encoding.UTF8.GetString(keyBytes));
        StoredEvent stored = new(
            position,
            streamName,
            names[BinaryPrimitives.ReadUInt16BigEndian(head)],
            rest.Slice(root, body).ToArray(),
            rest[..root].ToArray(),
            target,
            BinaryPrimitives.ReadInt64BigEndian(head[6..]));
        packed = rest[(root + body)..];
        return stored;
    }

    // A character of UTF-16 is three bytes of UTF-8 at the most.
    private static int MostBytes(in StoredEvent stored) =>
        HeadBytes + (3 * (stored.Stream.Length + (stored.Target?.Key?.Length ?? 0))) + stored.Root.Length
        + stored.Body.Length;

    private static int Write(in StoredEvent stored, List<string> names, Span<byte> to)
    {
        EventTarget? target = stored.Target;
        int at = HeadBytes;
        int stream = Encoding.UTF8.GetBytes(stored.Stream, to[at..]);
        at += stream;
        int key = target?.Key is { } text ? Encoding.UTF8.GetBytes(text, to[at..]) : 0;
        at += key;
        stored.Root.CopyTo(to[at..]);
        at += stored.Root.Length;
        stored.Body.CopyTo(to[at..]);
        at += stored.Body.Length;

        BinaryPrimitives.WriteUInt16BigEndian(to, IndexOf(names, stored.Type));
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], target is null ? (ushort)0 : IndexOf(names, target.Topic));
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], (ushort)(target?.Partition ?? 0));
        BinaryPrimitives.WriteInt64BigEndian(to[6..], stored.Previous);
        BinaryPrimitives.WriteUInt16BigEndian(to[14..], Short(stream, "stream"));
        BinaryPrimitives.WriteUInt16BigEndian(to[16..], target?.Key is null ? NoKey : Short(key, "key"));
        BinaryPrimitives.WriteUInt16BigEndian(to[18..], Short(stored.Root.Length, "root"));
        BinaryPrimitives.WriteInt32BigEndian(to[20..], stored.Body.Length);
        return at;
    }

    private static ushort Short(int bytes, string part) => bytes < NoKey
        ? (ushort)bytes
        : throw new ArgumentException($"The {part} of an event has {bytes} bytes; {NoKey - 1} are the limit.");

    // A page has a handful of names: a scan beats a dictionary. The same string instance comes again and again.
    private static ushort IndexOf(List<string> names, string name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (ReferenceEquals(names[i], name) || names[i] == name)
            {
                return (ushort)(i + 1);
            }
        }

        names.Add(name);
        return (ushort)names.Count;
    }
}
