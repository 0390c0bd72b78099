using System.Buffers.Binary;

namespace Mesh.Bench.Wire;

/// <summary>The head of an HTTP/2 frame (RFC 9113, section 4.1).</summary>
/// <param name="Length">Of what follows.</param>
/// <param name="Type">What it is.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="Stream">The stream; 0 for the connection.</param>
internal readonly record struct Http2Frame(int Length, byte Type, byte Flags, int Stream)
{
    internal const int HeaderBytes = 9;

    internal const byte Data = 0;
    internal const byte Headers = 1;
    internal const byte Reset = 3;
    internal const byte Settings = 4;
    internal const byte Ping = 6;
    internal const byte GoAway = 7;
    internal const byte WindowUpdate = 8;

    internal const byte EndStreamFlag = 0x1;
    internal const byte AckFlag = 0x1;
    internal const byte EndHeadersFlag = 0x4;

    internal const ushort HeaderTableSetting = 1;
    internal const ushort EnablePushSetting = 2;
    internal const ushort InitialWindowSetting = 4;

    internal const int CancelCode = 8;

    private const int SettingBytes = 6;

    internal bool EndsStream => (Flags & EndStreamFlag) != 0;

    internal bool IsAck => (Flags & AckFlag) != 0;

    internal static Http2Frame Read(ReadOnlySpan<byte> bytes) => new(
        (bytes[0] << 16) | (bytes[1] << 8) | bytes[2], bytes[3], bytes[4], ReadNumber(bytes[5..]));

    internal static int ReadNumber(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadInt32BigEndian(bytes) & int.MaxValue;

    /// <summary>What SETTINGS say of the window of new streams; null: nothing.</summary>
    internal static int? InitialWindowIn(ReadOnlySpan<byte> settings)
    {
        for (; settings.Length >= SettingBytes; settings = settings[SettingBytes..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(settings) == InitialWindowSetting)
            {
                return BinaryPrimitives.ReadInt32BigEndian(settings[2..]);
            }
        }

        return null;
    }
}
