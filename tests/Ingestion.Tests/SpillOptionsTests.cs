using Mesh.Ingestion.Relaying;
using Mesh.ServiceDefaults;
using Microsoft.Extensions.Configuration;

namespace Mesh.Ingestion.Tests;

/// <summary>The bound of the door's log.</summary>
public sealed class SpillOptionsTests
{
    [Theory]
    [InlineData(null, 256L << 20)]
    [InlineData("1048576", 1L << 20)]
    public void From_GoodSetting_IsTheBound(string? text, long bytes) => Assert.Equal(bytes, From(text).MaxBytes);

    [Theory]
    [InlineData("1048575")]
    [InlineData("-1")]
    [InlineData("1 GiB")]
    public void From_BadSetting_NamesIt(string text) =>
        Assert.Contains("Mesh__SpillMaxBytes", Assert.Throws<SettingException>(() => From(text)).Message);

    private static SpillOptions From(string? text) => SpillOptions.From(new ConfigurationBuilder()
        .AddInMemoryCollection([new("Mesh:SpillMaxBytes", text)])
        .Build());
}
