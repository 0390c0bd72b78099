namespace Grpc.Core;

/// <summary>Flags of a write.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>The message may wait in a buffer for the ones that follow; it need not be sent at once.
    /// </summary>
    BufferHint = 0x1,

    /// <summary>Do not compress this message, even where the call is compressed.</summary>
    NoCompress = 0x2,
}
