namespace Mesh.Bench.Wire;

/// <summary>Finds the frames in what a connection has received.</summary>
/// <param name="bytes">No frame is longer.</param>
internal sealed class FrameReader(int bytes)
{
    private readonly byte[] _bytes = new byte[bytes];
    private int _from;
    private int _to;

    /// <summary>Room for what is received next; what was taken before is gone.</summary>
    internal Memory<byte> Free()
    {
        _bytes.AsSpan(_from, _to - _from).CopyTo(_bytes);
        (_from, _to) = (0, _to - _from);
        return _bytes.AsMemory(_to);
    }

    /// <summary>So much of <see cref="Free"/> was received.</summary>
    /// <exception cref="EndOfStreamException">Nothing was: the server has closed the connection.</exception>
    internal void Add(int count) => _to += count > 0
        ? count
        : throw new EndOfStreamException("The server has closed a connection.");

    /// <summary>The next frame, when all of it has come.</summary>
    internal bool TryTake(out Http2Frame frame, out ReadOnlySpan<byte> payload)
    {
        frame = default;
        payload = default;
        if (_to - _from < Http2Frame.HeaderBytes)
        {
            return false;
        }

        frame = Http2Frame.Read(_bytes.AsSpan(_from));
        if (_to - _from < Http2Frame.HeaderBytes + frame.Length)
        {
            return false;
        }

        payload = _bytes.AsSpan(_from + Http2Frame.HeaderBytes, frame.Length);
        _from += Http2Frame.HeaderBytes + frame.Length;
        return true;
    }
}
