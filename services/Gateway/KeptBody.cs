namespace Mesh.Gateway;

/// <summary>
/// The body of a request, kept up to a limit so that it can be sent again. What is longer is passed on as it comes,
/// once.
/// </summary>
internal sealed class KeptBody
{
    internal const int LimitBytes = 64 * 1024;
    private const int FirstBytes = 1024;

    private readonly HttpRequest _request;
    private readonly byte[] _kept;
    private readonly int _length;

    private KeptBody(HttpRequest request, byte[] kept, int length, bool isWhole)
    {
        _request = request;
        _kept = kept;
        _length = length;
        IsWhole = isWhole;
    }

    /// <summary>Whether all of it is kept.</summary>
    internal bool IsWhole { get; }

    /// <summary>Reads to the end or the limit, and puts what it has read in front of what is left.</summary>
    internal static async Task<KeptBody> KeepAsync(HttpRequest request, CancellationToken cancellation)
    {
        Stream body = request.Body;
        byte[] buffer = new byte[FirstBytes];
        int length = 0;
        while (true)
        {
            int read = await body.ReadAsync(buffer.AsMemory(length), cancellation);
            length += read;
            if (read == 0 || length > LimitBytes)
            {
                break;
            }

            if (length == buffer.Length)
            {
                // One byte more than the limit tells a body of just that length from a longer one.
                Array.Resize(ref buffer, Math.Min(buffer.Length * 4, LimitBytes + 1));
            }
        }

        KeptBody kept = new(request, buffer, length, isWhole: length <= LimitBytes);
        kept.Rewind();
        if (!kept.IsWhole)
        {
            request.Body = new Continued(buffer.AsMemory(0, length), body);
        }

        return kept;
    }

    internal void Rewind() => _request.Body = new MemoryStream(_kept, 0, _length, writable: false);

    /// <summary>What has been read and then the rest of the stream, to be read once.</summary>
    private sealed class Continued(ReadOnlyMemory<byte> first, Stream rest) : Stream
    {
        private ReadOnlyMemory<byte> _first = first;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_first.IsEmpty)
            {
                return rest.ReadAsync(buffer, cancellationToken);
            }

            // A reader that asks for nothing only waits until there is something.
            int read = Math.Min(buffer.Length, _first.Length);
            _first[..read].CopyTo(buffer);
            _first = _first[read..];
            return ValueTask.FromResult(read);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
