namespace Mesh.Grpc.Interop.Tests;

/// <summary>The flags of the programs.</summary>
public sealed class OptionsTests
{
    [Fact]
    public void Flags_InBothForms_AreRead()
    {
        var options = new Options(["--port=8080", "--name", "a=b"], "--port", "--name");
        Assert.Equal(8080, options.Port("--port"));
        Assert.Equal("a=b", options.Text("--name"));
    }

    [Theory]
    [InlineData("--port=0", "--port")]
    [InlineData("--port=65536", "--port")]
    [InlineData("--port=x", "--port")]
    [InlineData("--port", "--port")]
    [InlineData("--prot=1", "--prot")]
    [InlineData("--use_tls=true", "--use_tls")]
    public void Flag_OfNoUse_IsNamed(string argument, string flag)
    {
        var failure = Assert.Throws<InteropException>(
            () => new Options([argument], "--port", "--use_tls").Port("--port"));
        Assert.Contains(flag, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tls_SwitchedOff_IsAccepted() =>
        Assert.False(new Options(["--use_tls=false"], "--use_tls").Has("--port"));
}
