using System.Buffers.Binary;
using Mesh.Broker.Wire;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Broker.Log;

/// <summary>
/// A file seen through a buffer that moves along: what a claimed length says never makes anyone allocate.
/// </summary>
internal sealed class LogWindow
{
    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer;
    private long _from;
    private int _filled;

    public LogWindow(SafeFileHandle handle, long length)
    {
        _handle = handle;
        Length = length;
        _buffer = new byte[Math.Clamp(length, BatchHeader.Size, Limits.ScanBytes)];
    }

    /// <summary>Where the file ended when it was opened.</summary>
    public long Length { get; }

    /// <summary>What is in the buffer from a position on: at least so many bytes, unless the file ends.</summary>
    public ReadOnlySpan<byte> At(long position, int least)
    {
        if (position < _from || position + least > _from + _filled)
        {
            int wanted = (int)Math.Min(_buffer.Length, Length - position);
            _filled = FileReading.Fill(_handle, _buffer.AsSpan(0, Math.Max(0, wanted)), position);
            _from = position;
        }

        int at = (int)(position - _from);
        return _buffer.AsSpan(at, _filled - at);
    }

    /// <summary>
    /// Whether a whole batch with the right checksum begins here; its header is then in <see cref="At"/>.
    /// </summary>
    public bool HasBatch(long position)
    {
        ReadOnlySpan<byte> rest = At(position, BatchHeader.Size);
        if (rest.Length < BatchHeader.Size)
        {
            return false;
        }

        BatchHeader batch = new(rest);
        long total = batch.TotalBytes;
        if (batch.Magic != 2 || total < BatchHeader.Size || total > Length - position || batch.LastOffsetDelta < 0
            || batch.BaseOffset < 0)
        {
            return false;
        }

        uint expected = batch.Crc;
        return expected == CrcOf(position + BatchHeader.CheckedFrom, total - BatchHeader.CheckedFrom);
    }

    public long BaseOffsetAt(long position) => BinaryPrimitives.ReadInt64BigEndian(At(position, BatchHeader.Size));

    private uint CrcOf(long position, long count)
    {
        uint crc = Crc32C.Initial;
        while (count > 0)
        {
            ReadOnlySpan<byte> bytes = At(position, (int)Math.Min(count, _buffer.Length));
            if (bytes.Length == 0)
            {
                return 0;
            }

            bytes = bytes[..(int)Math.Min(bytes.Length, count)];
            crc = Crc32C.Append(crc, bytes);
            position += bytes.Length;
            count -= bytes.Length;
        }

        return Crc32C.Finish(crc);
    }
}
