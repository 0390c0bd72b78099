namespace Mesh.Broker.Wire;

/// <summary>Bytes from outside that do not follow the protocol; the connection they came over is closed.</summary>
internal sealed class MalformedFrameException : Exception
{
    public MalformedFrameException(string message)
        : base(message)
    {
    }
}
