using Grpc.Wire;

namespace Mesh.Grpc.Tests.Wire;

public sealed class PercentEncodingTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain ~ text!", "plain ~ text!")]
    [InlineData("100%", "100%25")]
    [InlineData("\t\r\n\u007f", "%09%0D%0A%7F")]
    [InlineData("ä☺😈", "%C3%A4%E2%98%BA%F0%9F%98%88")]
    public void Encode_Text_CodesAllButPrintableAscii(string text, string coded)
    {
        Assert.Equal(coded, PercentEncoding.Encode(text));
        Assert.Equal(text, PercentEncoding.Decode(coded));
    }

    [Fact]
    public void Encode_LoneSurrogate_BecomesTheReplacementCharacter() =>
        Assert.Equal("a%EF%BF%BDb", PercentEncoding.Encode("a\ud800b"));

    [Theory]
    [InlineData("%", "%")]
    [InlineData("a%2", "a%2")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("%e2%98%ba", "☺")]
    public void Decode_BrokenCode_StandsForItself(string coded, string text) =>
        Assert.Equal(text, PercentEncoding.Decode(coded));
}
