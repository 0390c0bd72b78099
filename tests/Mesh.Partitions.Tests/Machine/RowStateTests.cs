using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Tests.Machine;

public sealed class RowStateTests
{
    [Fact]
    public void Inputs_RoundTrip_AreEqual()
    {
        Dictionary<(string, int), long> offsets = new() { [("in", 0)] = 0, [("é.topic", 300)] = long.MaxValue };
        Dictionary<OriginKey, long> inbox = new()
        {
            [new OriginKey("in", 0, Guid.Empty, 0)] = 1,
            [new OriginKey("in", 7, Guid.NewGuid(), 1_023)] = (65_535L << 47) + 5,
        };
        Dictionary<(string, int), long> offsetsRead = [];
        Dictionary<OriginKey, long> inboxRead = [];
        RowState.DecodeInputs(RowState.EncodeInputs(offsets, inbox), offsetsRead, inboxRead);
        Assert.Equal(offsets, offsetsRead);
        Assert.Equal(inbox, inboxRead);
    }

    [Fact]
    public void Sent_RoundTrip_IsEqual()
    {
        SentMark[] marks = [new("out", 0, 1, 0, 0), new("é", 300, (1L << 62) + 1, 1L << 48, long.MaxValue)];
        Assert.Equal(marks, RowState.DecodeSent(RowState.EncodeSent(marks)));
    }

    [Fact]
    public void EmptyColumns_OfANewRow_AreNothing()
    {
        Dictionary<(string, int), long> offsets = [];
        Dictionary<OriginKey, long> inbox = [];
        RowState.DecodeInputs([], offsets, inbox);
        Assert.Empty(offsets);
        Assert.Empty(inbox);
        Assert.Empty(RowState.DecodeSent([]));
    }

    [Fact]
    public void UnknownVersion_IsRefusedByName()
    {
        InvalidDataException inputs =
            Assert.Throws<InvalidDataException>(() => RowState.DecodeInputs([2, 0, 0], [], []));
        Assert.Contains("partitions.inputs has version 2", inputs.Message);
        InvalidDataException sent = Assert.Throws<InvalidDataException>(() => RowState.DecodeSent([9]).ToList());
        Assert.Contains("partitions.sent has version 9", sent.Message);
    }
}
