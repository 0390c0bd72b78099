using System.Text;

namespace Mesh.Grpc.Tests.Functional.Raw;

/// <summary>What has come back on one stream.</summary>
internal sealed class RawReply
{
    private static readonly byte[] StatusName = "grpc-status"u8.ToArray();

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _dataBytes;

    /// <summary>The status of HTTP; null before there is one.</summary>
    public string? HttpStatus { get; private set; }

    /// <summary>The status of gRPC; null where there is none.</summary>
    public string? GrpcStatus { get; private set; }

    /// <summary>The code of RST_STREAM; null where the stream was not reset.</summary>
    public int? ResetCode { get; private set; }

    public long DataBytes => Volatile.Read(ref _dataBytes);

    /// <summary>Completes when the server has ended the stream one way or another.</summary>
    public Task Ended => _ended.Task;

    public void AddData(int bytes) => Interlocked.Add(ref _dataBytes, bytes);

    public void End() => _ended.TrySetResult();

    public void Reset(int code)
    {
        ResetCode = code;
        End();
    }

    // The server was told to keep no table (SETTINGS_HEADER_TABLE_SIZE 0), so that what it says stands there plainly.
    public void AddHeaders(ReadOnlySpan<byte> block)
    {
        while (!block.IsEmpty && (block[0] & 0xe0) == 0x20)
        {
            block = block[1..];
        }

        HttpStatus ??= block[0] switch
        {
            0x88 => "200",
            0x8c => "400",
            0x8d => "404",
            0x8e => "500",
            _ => Encoding.ASCII.GetString(block.Slice(2, 3)),
        };
        var at = block.IndexOf(StatusName);
        if (at >= 0)
        {
            var value = block[(at + StatusName.Length)..];
            GrpcStatus = Encoding.ASCII.GetString(value.Slice(1, value[0]));
        }
    }
}
