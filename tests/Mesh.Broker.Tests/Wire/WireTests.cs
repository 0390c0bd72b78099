using System.Text;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Wire;

public sealed class WireTests
{
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("a", 0xC1D04330u)]
    [InlineData("123456789", 0xE3069283u)]
    public void Crc32C_OfText_IsThePublishedValue(string text, uint expected) =>
        Assert.Equal(expected, Crc32C.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Crc32C_OfTheVectorsInRfc3720_IsThePublishedValue()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Of(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
    }

    [Theory]
    [InlineData(0u, 1)]
    [InlineData(127u, 1)]
    [InlineData(128u, 2)]
    [InlineData(16384u, 3)]
    [InlineData(uint.MaxValue, 5)]
    public void Varint_WrittenAndRead_IsTheSame(uint value, int bytes)
    {
        WireWriter writer = new(16);
        writer.UnsignedVarint(value);
        Assert.Equal(bytes, writer.Position);
        Assert.Equal(value, new WireReader(writer.Written.Span).UnsignedVarint());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Fields_WrittenInEitherForm_AreReadBack(bool flexible)
    {
        WireWriter writer = new(1) { Flexible = flexible };
        writer.String("grüße");
        writer.String(null);
        writer.Int32Array(1, -2);
        writer.ArrayLength(-1);
        writer.Tags();
        writer.Int64(long.MinValue);

        WireReader reader = new(writer.Written.Span) { Flexible = flexible };
        Assert.Equal("grüße", reader.String());
        Assert.Null(reader.NullableString());
        Assert.Equal([1, -2], reader.Int32Array());
        Assert.Equal(-1, reader.ArrayLength());
        reader.Tags();
        Assert.Equal(long.MinValue, reader.Int64());
        Assert.Equal(0, reader.Remaining);
    }

    [Fact]
    public void Reader_GivenEveryPrefixOfAFrame_ThrowsMalformedOnly()
    {
        WireWriter writer = new(64) { Flexible = true };
        writer.String("topic");
        writer.Int32Array(1, 2, 3);
        writer.Tags();
        byte[] whole = writer.Written.ToArray();
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] prefix = whole[..length];
            Assert.Throws<MalformedFrameException>(() => ReadAll(prefix));
        }

        static void ReadAll(byte[] bytes)
        {
            WireReader reader = new(bytes) { Flexible = true };
            reader.String();
            reader.Int32Array();
            reader.Tags();
        }
    }

    [Fact]
    public void Reader_GivenAnArrayLargerThanItsFrame_RefusesBeforeAllocating() =>
        Assert.Throws<MalformedFrameException>(() => new WireReader([0x7F, 0xFF, 0xFF, 0xFF]).ArrayLength());

    [Fact]
    public void BatchHeader_OfASealedBatch_IsJudgedSound()
    {
        byte[] batch = Batches.Make(records: 3, producerId: 7, epoch: 2, sequence: 40);
        BatchHeader header = new(batch);
        Assert.Equal((7L, (short)2, 40, 3, 2), (
            header.ProducerId, header.ProducerEpoch, header.BaseSequence, header.RecordCount, header.LastOffsetDelta));
        Assert.Equal(ErrorCode.None, BatchHeader.Judge(batch, 1000));
        BatchHeader.Place(batch, 1234, 5);
        Assert.Equal(ErrorCode.None, BatchHeader.Judge(batch, 1000));
        Assert.Equal(1236, new BatchHeader(batch).LastOffset);
    }

    [Fact]
    public void BatchHeader_OfAFlippedBit_IsCorrupt()
    {
        for (int i = 17; i < BatchHeader.Size + 20; i++)
        {
            byte[] batch = Batches.Make(records: 2);
            batch[i] ^= 0x10;
            Assert.Equal(ErrorCode.CorruptMessage, BatchHeader.Judge(batch, 1000));
        }
    }

    [Fact]
    public void BatchHeader_OfWhatAClientMayNotSend_IsRefused()
    {
        byte[] oldFormat = Batches.Make();
        oldFormat[16] = 1;
        byte[] transactional = Batches.Make();
        transactional[22] = 16;
        byte[] control = Batches.Make();
        control[22] = 32;
        byte[] unknownCodec = Batches.Make();
        unknownCodec[22] = 5;
        byte[] miscounted = Batches.Make(records: 2);
        miscounted[26] = 9;
        Assert.Equal(ErrorCode.UnsupportedForMessageFormat, BatchHeader.Judge(oldFormat, 1000));
        Assert.Equal(ErrorCode.InvalidTxnState, BatchHeader.Judge(Batches.Seal(transactional), 1000));
        Assert.Equal(ErrorCode.InvalidRecord, BatchHeader.Judge(Batches.Seal(control), 1000));
        Assert.Equal(ErrorCode.UnsupportedCompressionType, BatchHeader.Judge(Batches.Seal(unknownCodec), 1000));
        Assert.Equal(ErrorCode.InvalidRecord, BatchHeader.Judge(Batches.Seal(miscounted), 1000));
        Assert.Equal(ErrorCode.MessageTooLarge, BatchHeader.Judge(Batches.Make(), 80));
        Assert.Equal(ErrorCode.InvalidRecord, BatchHeader.Judge([.. Batches.Make(), .. Batches.Make()], 1000));
        Assert.Equal(ErrorCode.CorruptMessage, BatchHeader.Judge(Batches.Make().AsSpan(0, 70), 1000));
    }
}
