namespace Mesh.Bus.Tests;

public sealed class OriginHeaderTests
{
    private static readonly Guid Store = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly Guid Action = Guid.Parse("01020304-0506-0708-090a-0b0c0d0e0f10");

    private static readonly RecordOrigin Whole =
        new(Store, 11, (1UL << 48) + 300, 299, new RecordRoot(Action, 2, 7, 150, 1_766_300_000_000_000));

    // Tag = field << 3 | wire type, lengths and numbers as varints; protoc --encode writes the same.
    private const string WholeHex =
        "0a10" + "00112233445566778899aabbccddeeff" + "100b" + "18ac828080808040" + "20ab02"
        + "2a22" + "0a10" + "0102030405060708090a0b0c0d0e0f10" + "1002" + "1807" + "209601" + "2880b0c4a08cce9103";

    [Fact]
    public void Origin_Whole_IsWrittenAsProtobufWouldWriteIt()
    {
        byte[] expected = Convert.FromHexString(WholeHex);

        Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(OriginHeader.Encode(Whole)));
    }

    [Fact]
    public void Origin_WholeVector_IsRead()
    {
        Assert.True(OriginHeader.TryDecode(Convert.FromHexString(WholeHex), out RecordOrigin origin));
        Assert.Equal(Whole, origin);
    }

    [Fact]
    public void Origin_OfDefaults_IsEmpty()
    {
        Assert.Empty(OriginHeader.Encode(default));
        Assert.True(OriginHeader.TryDecode([], out RecordOrigin origin));
        Assert.Equal(default, origin);
    }

    [Fact]
    public void Origin_PartlyDefault_LeavesDefaultsOut()
    {
        RecordOrigin origin = new(Store, 0, 1, 0, default);

        Assert.Equal(
            "0a1000112233445566778899aabbccddeeff1801", Convert.ToHexStringLower(OriginHeader.Encode(origin)));
    }

    [Fact]
    public void Origin_OfExtremes_ComesBack()
    {
        RecordOrigin origin = new(
            Store, int.MaxValue, ulong.MaxValue, ulong.MaxValue,
            new RecordRoot(Action, -1, int.MinValue, long.MaxValue, long.MinValue));

        Assert.True(OriginHeader.TryDecode(OriginHeader.Encode(origin), out RecordOrigin read));
        Assert.Equal(origin, read);
    }

    [Fact]
    public void Origin_Random_ComesBack()
    {
        var random = new Random(7);
        for (int i = 0; i < 10_000; i++)
        {
            RecordOrigin origin = new(
                Some(random), Number(random), (ulong)Long(random), (ulong)Long(random),
                new RecordRoot(Some(random), Number(random), Number(random), Long(random), Long(random)));

            Assert.True(OriginHeader.TryDecode(OriginHeader.Encode(origin), out RecordOrigin read));
            Assert.Equal(origin, read);
            Assert.True(OriginHeader.TryDecodeRoot(OriginHeader.EncodeRoot(origin.Root), out RecordRoot root));
            Assert.Equal(origin.Root, root);
        }
    }

    [Fact]
    public void Origin_WithUnknownFields_IsRead()
    {
        // Fields 6 (number), 7 (64 bits), 8 (bytes), 9 (32 bits), each before the vector, inside Root as well.
        const string unknown = "3001" + "390102030405060708" + "42020102" + "4d01020304";
        string root = "3001" + "0a10" + "0102030405060708090a0b0c0d0e0f10";
        string hex = unknown + "0a10" + "00112233445566778899aabbccddeeff" + "2a14" + root + unknown;

        Assert.True(OriginHeader.TryDecode(Convert.FromHexString(hex), out RecordOrigin origin));
        Assert.Equal(new RecordOrigin(Store, 0, 0, 0, new RecordRoot(Action, 0, 0, 0, 0)), origin);
    }

    [Fact]
    public void Origin_WithRootTwice_IsMerged()
    {
        Assert.True(OriginHeader.TryDecode(Convert.FromHexString("2a0210022a021807"), out RecordOrigin origin));
        Assert.Equal(new RecordRoot(Guid.Empty, 2, 7, 0, 0), origin.Root);
    }

    [Fact]
    public void Origin_CutAnywhere_IsNeverReadAsWhole()
    {
        byte[] whole = OriginHeader.Encode(Whole);
        for (int length = 0; length < whole.Length; length++)
        {
            bool read = OriginHeader.TryDecode(whole.AsSpan(0, length), out RecordOrigin origin);
            Assert.False(read && origin == Whole);
        }
    }

    [Theory]
    [InlineData("0a0f00112233445566778899aabbccddee")] // an id of 15 bytes
    [InlineData("18ffffffffffffffffffff01")] // a number of 11 bytes
    [InlineData("0a")] // a length missing
    [InlineData("2a05")] // contents missing
    [InlineData("0001")] // field 0
    [InlineData("33")] // a group
    [InlineData("390102")] // 64 bits cut
    [InlineData("2a021802ff")] // rubbish behind
    public void Origin_Malformed_IsRefused(string hex) =>
        Assert.False(OriginHeader.TryDecode(Convert.FromHexString(hex), out _));

    private static Guid Some(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return random.Next(4) == 0 ? Guid.Empty : new Guid(bytes);
    }

    private static int Number(Random random) => random.Next(3) == 0 ? 0 : random.Next() >> random.Next(31);

    private static long Long(Random random) => random.Next(3) == 0 ? 0 : random.NextInt64() >> random.Next(63);
}
