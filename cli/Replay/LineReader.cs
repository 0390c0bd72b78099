namespace Mesh.Cli.Replay;

/// <summary>Reads lines as bytes, without a copy for each. Ends of lines are <c>\n</c> or <c>\r\n</c>.</summary>
internal sealed class LineReader(Stream stream)
{
    private const int MaxLineBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[4 * MaxLineBytes];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>The next line, valid until the next call. False: there is none.</summary>
    /// <exception cref="CliException">A line is longer than 64 KiB.</exception>
    internal bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                line = Trimmed(_buffer.AsSpan(_start, length));
                _start += length + 1;
                return true;
            }

            if (_ended)
            {
                line = Trimmed(_buffer.AsSpan(_start, _end - _start));
                _start = _end;
                return line.Length > 0;
            }

            Fill();
        }
    }

    private static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> line) => line is [.., (byte)'\r'] ? line[..^1] : line;

    private void Fill()
    {
        if (_end - _start > MaxLineBytes)
        {
            throw new CliException($"A line is longer than {MaxLineBytes} bytes: this is no check-in file.");
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _ended = read == 0;
    }
}
