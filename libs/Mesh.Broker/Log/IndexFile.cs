using System.Buffers.Binary;
using System.Globalization;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Log;

/// <summary>What an index file says of its segment, without the entries.</summary>
/// <param name="BaseOffset">The segment's base offset.</param>
/// <param name="EndOffset">The offset after the last record that it covers.</param>
/// <param name="LengthBytes">So many bytes of the log have been checked; what follows has not.</param>
/// <param name="FirstTimestamp">The first batch's newest timestamp.</param>
/// <param name="MaxTimestamp">The newest timestamp.</param>
/// <param name="OnDisk">Whether the log was flushed to the disk before this was written.</param>
/// <param name="Compacted">Whether offsets may be missing.</param>
internal sealed record IndexHeader(
    long BaseOffset, long EndOffset, int LengthBytes, long FirstTimestamp, long MaxTimestamp, bool OnDisk,
    bool Compacted);

/// <summary>
/// The file beside a segment that spares a start from reading it: up to which position the log is known to be sound,
/// the producers as they were there, and the index by offset and time. Written when a segment is full, now and then,
/// and at a clean stop. It is believed when its checksum holds, the log is at least as long, and either the log was
/// flushed before or the machine has not been started anew since: then what was written is what will be read.
/// Little-endian: a header of 80 bytes with a checksum of its own, the producers, the entries of 20 bytes.
/// </summary>
internal static class IndexFile
{
    private const uint Magic = 0x3149584D;
    private const int HeaderBytes = 80;
    private const int EntryBytes = 20;
    private const int CheckedFrom = 8;
    private const uint OnDiskFlag = 1;
    private const uint CompactedFlag = 2;

    private static readonly Guid Boot = ReadBoot();

    public static string PathOf(string directory, long baseOffset) =>
        Path.Combine(directory, baseOffset.ToString("D20", CultureInfo.InvariantCulture) + ".index");

    public static void Write(
        string directory, IndexHeader header, ReadOnlySpan<byte> producers, IReadOnlyList<IndexEntry> entries)
    {
        byte[] file = new byte[HeaderBytes + producers.Length + (entries.Count * EntryBytes)];
        Span<byte> f = file;
        producers.CopyTo(f[HeaderBytes..]);
        Span<byte> rest = f[(HeaderBytes + producers.Length)..];
        for (int i = 0; i < entries.Count; i++)
        {
            Span<byte> entry = rest[(i * EntryBytes)..];
            BinaryPrimitives.WriteInt64LittleEndian(entry, entries[i].BaseOffset);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], entries[i].Position);
            BinaryPrimitives.WriteInt64LittleEndian(entry[12..], entries[i].MaxTimestampBefore);
        }

        uint flags = (header.OnDisk ? OnDiskFlag : 0) | (header.Compacted ? CompactedFlag : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(f, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(f[8..], flags);
        BinaryPrimitives.WriteInt32LittleEndian(f[12..], entries.Count);
        BinaryPrimitives.WriteInt64LittleEndian(f[16..], header.BaseOffset);
        BinaryPrimitives.WriteInt64LittleEndian(f[24..], header.EndOffset);
        BinaryPrimitives.WriteInt32LittleEndian(f[32..], header.LengthBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(f[36..], Crc32C.Of(producers));
        BinaryPrimitives.WriteInt64LittleEndian(f[40..], header.FirstTimestamp);
        BinaryPrimitives.WriteInt64LittleEndian(f[48..], header.MaxTimestamp);
        BinaryPrimitives.WriteInt32LittleEndian(f[56..], producers.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(f[60..], Crc32C.Of(rest));
        Boot.TryWriteBytes(f[64..]);
        BinaryPrimitives.WriteUInt32LittleEndian(f[4..], Crc32C.Of(f[CheckedFrom..HeaderBytes]));
        AtomicFile.Write(PathOf(directory, header.BaseOffset), file, toDisk: false);
    }

    /// <summary>What the file says, if there is one that can be believed of so long a log; else null.</summary>
    public static IndexHeader? TryReadHeader(string directory, long baseOffset, long logBytes)
    {
        Span<byte> head = stackalloc byte[HeaderBytes];
        if (!TryRead(PathOf(directory, baseOffset), 0, head)
            || BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) != Crc32C.Of(head[CheckedFrom..]))
        {
            return null;
        }

        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);
        IndexHeader header = new(
            BinaryPrimitives.ReadInt64LittleEndian(head[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(head[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(head[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(head[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(head[48..]),
            (flags & OnDiskFlag) != 0,
            (flags & CompactedFlag) != 0);
        bool sameBoot = Boot != Guid.Empty && new Guid(head[64..HeaderBytes]) == Boot;
        return header.BaseOffset == baseOffset && logBytes >= header.LengthBytes && (header.OnDisk || sameBoot)
            ? header
            : null;
    }

    /// <summary>The producers as they were at the header's end offset; null when they cannot be read.</summary>
    public static byte[]? TryReadProducers(string directory, long baseOffset)
    {
        Span<byte> head = stackalloc byte[HeaderBytes];
        string path = PathOf(directory, baseOffset);
        if (!TryRead(path, 0, head))
        {
            return null;
        }

        byte[] producers = new byte[BinaryPrimitives.ReadInt32LittleEndian(head[56..])];
        return TryRead(path, HeaderBytes, producers)
            && Crc32C.Of(producers) == BinaryPrimitives.ReadUInt32LittleEndian(head[36..])
            ? producers
            : null;
    }

    /// <summary>The entries; null when they cannot be read.</summary>
    public static List<IndexEntry>? TryReadEntries(string directory, long baseOffset)
    {
        Span<byte> head = stackalloc byte[HeaderBytes];
        string path = PathOf(directory, baseOffset);
        if (!TryRead(path, 0, head))
        {
            return null;
        }

        int count = BinaryPrimitives.ReadInt32LittleEndian(head[12..]);
        byte[] bytes = new byte[count * EntryBytes];
        if (!TryRead(path, HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(head[56..]), bytes)
            || Crc32C.Of(bytes) != BinaryPrimitives.ReadUInt32LittleEndian(head[60..]))
        {
            return null;
        }

        List<IndexEntry> entries = new(count);
        for (int at = 0; at < bytes.Length; at += EntryBytes)
        {
            ReadOnlySpan<byte> entry = bytes.AsSpan(at);
            entries.Add(new IndexEntry(
                BinaryPrimitives.ReadInt64LittleEndian(entry),
                BinaryPrimitives.ReadInt32LittleEndian(entry[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(entry[12..])));
        }

        return entries;
    }

    private static bool TryRead(string path, long position, Span<byte> into)
    {
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(path);
            return FileReading.Fill(handle, into, position) == into.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The running system's id, made anew at each boot; empty where there is none.</summary>
    private static Guid ReadBoot()
    {
        try
        {
            return Guid.TryParse(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), out Guid boot)
                ? boot
                : Guid.Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Guid.Empty;
        }
    }
}
