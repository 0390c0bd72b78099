using Mesh.Partitions.Machine;

namespace Mesh.Partitions.Tests.Machine;

public sealed class RowStateTests
{
    [Fact]
    public void Inputs_RoundTrip_AreEqual()
    {
        Dictionary<(string, int), InputPlace> places = new()
        {
            [("in", 0)] = new InputPlace(0, null),
            [("in", 1)] = new InputPlace(7, 0),
            [("é.topic", 300)] = new InputPlace(long.MaxValue, uint.MaxValue),
        };
        Dictionary<OriginKey, long> inbox = new()
        {
            [new OriginKey("in", 0, Guid.Empty, 0)] = 1,
            [new OriginKey("in", 7, Guid.NewGuid(), 1_023)] = (65_535L << 47) + 5,
        };
        Dictionary<(string, int), InputPlace> placesRead = [];
        Dictionary<OriginKey, long> inboxRead = [];
        RowState.DecodeInputs(RowState.EncodeInputs(places, inbox), placesRead, inboxRead);
        Assert.Equal(places, placesRead);
        Assert.Equal(inbox, inboxRead);
    }

    [Fact]
    public void Inputs_WrittenBeforeThereWereChecksums_AreReadWithout()
    {
        byte[] column = [1, 1, 2, (byte)'i', (byte)'n', 3, 0x90, 0x4E, 0];
        Dictionary<(string, int), InputPlace> places = [];
        RowState.DecodeInputs(column, places, []);
        Assert.Equal(new InputPlace(10_000, null), Assert.Contains(("in", 3), places));
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
        Dictionary<(string, int), InputPlace> places = [];
        Dictionary<OriginKey, long> inbox = [];
        RowState.DecodeInputs([], places, inbox);
        Assert.Empty(places);
        Assert.Empty(inbox);
        Assert.Empty(RowState.DecodeSent([]));
    }

    [Fact]
    public void UnknownVersion_IsRefusedByName()
    {
        InvalidDataException inputs =
            Assert.Throws<InvalidDataException>(() => RowState.DecodeInputs([3, 0, 0], [], []));
        Assert.Contains("partitions.inputs has version 3; this program reads 1 to 2", inputs.Message);
        InvalidDataException sent = Assert.Throws<InvalidDataException>(() => RowState.DecodeSent([9]).ToList());
        Assert.Contains("partitions.sent has version 9", sent.Message);
    }
}
