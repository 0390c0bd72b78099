using System.Buffers.Binary;
using System.Text;
using Mesh.Broker.Log;
using Mesh.Broker.Wire;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Broker.Groups;

/// <summary>
/// A file of checksummed entries, each of which overtakes earlier ones. It is rewritten when most of it is overtaken;
/// a tail that a crash has torn is cut off when it is read. Whoever owns it locks.
/// An entry: its length, its CRC-32C, then its bytes.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int EntryOverhead = 8;

    private readonly string _path;
    private readonly string _name;
    private readonly LogContext _context;
    private readonly MemoryStream _entries = new();
    private SafeFileHandle _file;
    private long _length;
    private long _rewrittenLength;
    private bool _unflushed;

    /// <param name="path">The file; made when it is not there.</param>
    /// <param name="name">What log lines call it.</param>
    public Journal(string path, string name, LogContext context)
    {
        _path = path;
        _name = name;
        _context = context;
        _file = Open();
    }

    /// <summary>Reads all entries in order, once, before anything is written.</summary>
    public void Replay(Action<BinaryReader> apply)
    {
        byte[] journal = File.ReadAllBytes(_path);
        int position = 0;
        while (journal.Length - position >= EntryOverhead)
        {
            ReadOnlySpan<byte> entry = journal.AsSpan(position);
            int length = BinaryPrimitives.ReadInt32LittleEndian(entry);
            if (length <= 0 || length > entry.Length - EntryOverhead
                || BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) != Crc32C.Of(entry.Slice(EntryOverhead, length)))
            {
                break;
            }

            using BinaryReader reader = new(new MemoryStream(journal, position + EntryOverhead, length), Encoding.UTF8);
            apply(reader);
            position += EntryOverhead + length;
        }

        if (position < journal.Length)
        {
            BrokerMessages.TailCut(_context.Logger, _name, _path, journal.Length - position, position);
            RandomAccess.SetLength(_file, position);
        }

        _length = _rewrittenLength = position;
    }

    /// <summary>Adds an entry to those that <see cref="TryWrite"/> writes together.</summary>
    public void Add(Action<BinaryWriter> write)
    {
        int start = (int)_entries.Length;
        _entries.SetLength(start + EntryOverhead);
        _entries.Position = start + EntryOverhead;
        using (BinaryWriter writer = new(_entries, Encoding.UTF8, leaveOpen: true))
        {
            write(writer);
        }

        Span<byte> entry = _entries.GetBuffer().AsSpan(start, (int)_entries.Length - start);
        BinaryPrimitives.WriteInt32LittleEndian(entry, entry.Length - EntryOverhead);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], Crc32C.Of(entry[EntryOverhead..]));
    }

    /// <summary>Writes what was added; false, with a log line, when that failed and none of it counts.</summary>
    public bool TryWrite()
    {
        try
        {
            RandomAccess.Write(_file, _entries.GetBuffer().AsSpan(0, (int)_entries.Length), _length);
            _length += _entries.Length;
            _unflushed = true;
            return true;
        }
        catch (IOException e)
        {
            BrokerMessages.WriteFailed(_context.Logger, _name, e);
            return false;
        }
        finally
        {
            _entries.SetLength(0);
        }
    }

    /// <summary>Makes what was written survive a power cut, where the broker is to; false when that failed.</summary>
    public bool TryFlush()
    {
        if (!_unflushed || !_context.FlushAlways)
        {
            return true;
        }

        try
        {
            RandomAccess.FlushToDisk(_file);
            _unflushed = false;
            return true;
        }
        catch (IOException e)
        {
            BrokerMessages.WriteFailed(_context.Logger, _name, e);
            return false;
        }
    }

    /// <summary>Rewrites the file when most of it is overtaken, with what <paramref name="addAll"/> adds.</summary>
    public void Tidy(Action addAll)
    {
        if (_length <= (2 * _rewrittenLength) + Limits.JournalSlackBytes)
        {
            return;
        }

        try
        {
            addAll();
            AtomicFile.Write(_path, _entries.GetBuffer().AsSpan(0, (int)_entries.Length));
            _file.Dispose();
            _file = Open();
            _length = _rewrittenLength = _entries.Length;
        }
        catch (IOException e)
        {
            // The long one is still good; the next change tries again.
            BrokerMessages.WriteFailed(_context.Logger, _name, e);
        }
        finally
        {
            _entries.SetLength(0);
        }
    }

    public void Dispose() => _file.Dispose();

    private SafeFileHandle Open() =>
        File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
