using Mesh.Gateway;
using Mesh.ServiceDefaults;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests;

public sealed class GatewayOptionsTests
{
    [Fact]
    public void Options_TwoInstancesOfAService_HaveTwoDestinations()
    {
        GatewayOptions options = GatewayOptions.From(Settings(("services:quests:http:1", "http://127.0.0.1:9101")));

        Assert.Equal(2, options.Destinations["quests"].Length);
        Assert.Single(options.Destinations["rewards"]);
        Assert.Equal(8400, options.Grpc.Port);
        Assert.Equal(8480, options.Web.Port);
    }

    [Fact]
    public void Options_AServiceMissing_NamesTheSetting()
    {
        SettingException failure = Assert.Throws<SettingException>(
            () => GatewayOptions.From(Settings(("services:sessions:http:0", null))));

        Assert.Contains("services__sessions__http__0", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MESH_ENDPOINT_GRPC", "8400", "MESH_ENDPOINT_GRPC")]
    [InlineData("MESH_ENDPOINT_WEB", "https://127.0.0.1:8480", "MESH_ENDPOINT_WEB")]
    [InlineData("services:quests:http:0", "127.0.0.1:1", "services__quests__http__0")]
    public void Options_AnAddressThatIsNone_NamesTheSetting(string key, string value, string named)
    {
        SettingException failure = Assert.Throws<SettingException>(() => GatewayOptions.From(Settings((key, value))));

        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mesh:Connections", "0", "Mesh__Connections")]
    [InlineData("Mesh:StreamsPerConnection", "-1", "Mesh__StreamsPerConnection")]
    public void Options_ANumberOutOfRange_NamesTheSetting(string key, string value, string named)
    {
        SettingException failure = Assert.Throws<SettingException>(() => GatewayOptions.From(Settings((key, value))));

        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.Equal(7, GatewayOptions.From(Settings(("Mesh:Connections", "7"))).Connections);
    }

    private static IConfiguration Settings(params (string Key, string? Value)[] changed)
    {
        Dictionary<string, string?> settings = GatewayOptions.Services.ToDictionary(
            service => $"services:{service}:http:0", string? (_) => "http://127.0.0.1:9100");
        foreach ((string key, string? value) in changed)
        {
            settings[key] = value;
            if (value is null)
            {
                settings.Remove(key);
            }
        }

        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }
}
