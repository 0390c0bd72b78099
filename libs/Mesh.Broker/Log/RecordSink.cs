using Mesh.Broker.Wire;

namespace Mesh.Broker.Log;

/// <summary>Collects one partition's records for a response, before their length is written in front of them.</summary>
internal sealed class RecordSink
{
    private readonly List<(ArraySegment<byte> Bytes, IReleasable Owner)> _ranges = [];
    private int _room;

    public bool HasRoom => _ranges.Count < _room;

    public void Begin(int room)
    {
        _ranges.Clear();
        _room = Math.Max(1, room);
    }

    public void Add(ArraySegment<byte> bytes, IReleasable owner) => _ranges.Add((bytes, owner));

    /// <summary>Hands over to the response: small ranges are copied, large ones go by reference.</summary>
    public void MoveTo(WireWriter writer)
    {
        foreach ((ArraySegment<byte> bytes, IReleasable owner) in _ranges)
        {
            if (bytes.Count <= Limits.CopyBytes)
            {
                writer.Raw(bytes);
                owner.Release();
            }
            else
            {
                writer.Attach(bytes, owner);
            }
        }

        _ranges.Clear();
    }
}
