using System.Buffers.Binary;

namespace Mesh.Gateway;

/// <summary>
/// The server's connection preface (RFC 9113, 3.4), a SETTINGS frame, for clients that wait. The server itself sends
/// another when it has the connection: settings may be sent again at any time (6.5).
/// </summary>
internal static class Greeting
{
    private const int HeaderBytes = 9;
    private const int SettingBytes = 6;
    private const byte SettingsFrame = 4;
    private const ushort MaxConcurrentStreams = 3;

    /// <summary>It says how many streams a connection may have, as the server's will: so many fit in.</summary>
    internal static ReadOnlyMemory<byte> Of(int streams)
    {
        byte[] frame = new byte[HeaderBytes + SettingBytes];
        frame[2] = SettingBytes;
        frame[3] = SettingsFrame;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(HeaderBytes), MaxConcurrentStreams);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(HeaderBytes + sizeof(ushort)), streams);
        return frame;
    }
}
