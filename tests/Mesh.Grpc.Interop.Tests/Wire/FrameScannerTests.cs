using Mesh.Grpc.Interop.Wire;

namespace Mesh.Grpc.Interop.Tests.Wire;

/// <summary>The compression cases stand on what the scanner sees.</summary>
public sealed class FrameScannerTests
{
    // Compressed, three bytes; not compressed, none; compressed, one byte.
    private static readonly byte[] Body = [1, 0, 0, 0, 3, 7, 7, 7, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 9];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    public void Body_InPiecesOfAnySize_ShowsTheFlagOfEachMessage(int pieceBytes)
    {
        var scanner = new FrameScanner();
        foreach (var piece in Body.Chunk(pieceBytes))
        {
            scanner.Follow(piece);
        }

        Assert.Equal([true, false, true], scanner.Compressed);
        Assert.Equal([true, false, true], [scanner.Take(), scanner.Take(), scanner.Take()]);
    }

    [Fact]
    public void Body_EndsInAHeader_ShowsOnlyWhatHasCome()
    {
        var scanner = new FrameScanner();
        scanner.Follow(Body.AsSpan(0, 12));
        Assert.Equal([true], scanner.Compressed);
    }
}
