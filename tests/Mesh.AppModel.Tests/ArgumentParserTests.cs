using Mesh.AppModel.Hosting;
using Mesh.Provisioning;

namespace Mesh.AppModel.Tests;

public sealed class ArgumentParserTests
{
    [Fact]
    public void Parse_OfEveryArgument_FillsTheOptions()
    {
        var options = ArgumentParser.Parse(
            ["--fresh", "--ports", "9400", "--state", "/tmp/x", "--replicas", "a=2", "--replicas", "b=3"]);

        Assert.True(options.Fresh);
        Assert.Equal(9400, options.PortBase);
        Assert.Equal("/tmp/x", options.StateDirectory);
        Assert.Equal(new Dictionary<string, int> { ["a"] = 2, ["b"] = 3 }, options.Replicas);
    }

    [Theory]
    [InlineData("--port")]
    [InlineData("--ports")]
    [InlineData("--ports", "many")]
    [InlineData("--ports", "80")]
    [InlineData("--replicas", "quests")]
    [InlineData("--replicas", "quests=0")]
    public void Parse_OfAWrongArgument_NamesIt(params string[] arguments)
    {
        var error = Assert.Throws<ProvisioningException>(() => ArgumentParser.Parse(arguments));

        Assert.Contains(arguments[0], error.Message, StringComparison.Ordinal);
    }
}
