using System.Buffers.Binary;

namespace Mesh.Grpc.Interop.Wire;

/// <summary>
/// Follows the bytes of a body and notes each message's compressed flag: the first of the five bytes before it. No
/// gRPC API shows the flag, and the compression cases are about it.
/// </summary>
internal sealed class FrameScanner
{
    private const int HeaderBytes = 5;

    private readonly byte[] _header = new byte[HeaderBytes];
    private readonly List<bool> _compressed = [];
    private int _headerRead;
    private uint _bodyLeft;
    private int _taken;

    /// <summary>The flags of the messages that have begun, in order.</summary>
    public IReadOnlyList<bool> Compressed
    {
        get
        {
            lock (_compressed)
            {
                return [.. _compressed];
            }
        }
    }

    /// <summary>The flag of the next message; a reader that takes each message takes each flag.</summary>
    public bool Take()
    {
        lock (_compressed)
        {
            return _compressed[_taken++];
        }
    }

    /// <summary>The next bytes of the body.</summary>
    public void Follow(ReadOnlySpan<byte> bytes)
    {
        lock (_compressed)
        {
            while (!bytes.IsEmpty)
            {
                if (_bodyLeft > 0)
                {
                    var body = (int)Math.Min(_bodyLeft, (uint)bytes.Length);
                    _bodyLeft -= (uint)body;
                    bytes = bytes[body..];
                    continue;
                }

                var part = Math.Min(HeaderBytes - _headerRead, bytes.Length);
                bytes[..part].CopyTo(_header.AsSpan(_headerRead));
                _headerRead += part;
                bytes = bytes[part..];
                if (_headerRead == HeaderBytes)
                {
                    _compressed.Add(_header[0] == 1);
                    _bodyLeft = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(1));
                    _headerRead = 0;
                }
            }
        }
    }
}
