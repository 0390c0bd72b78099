using Mesh.Provisioning.Linux;

namespace Mesh.Provisioning.Tests;

public sealed class ApacheKafkaTests
{
    [KafkaHomeFact]
    public async Task Start_StoppedAndStartedAgain_AnswersOnItsDataBothTimes()
    {
        using var folder = new TemporaryFolder();
        var options = new ApacheKafkaOptions { Home = KafkaHomeFactAttribute.Home!, DataDirectory = folder["data"] };
        int id;
        await using (var first = await ApacheKafka.StartAsync(options))
        {
            id = first.ProcessId;
            Assert.True(await KafkaProbe.AnswersAsync("127.0.0.1", first.Port));
        }

        Assert.False(Machine.IsAlive(id));
        await using var second = await ApacheKafka.StartAsync(options);
        Assert.True(await KafkaProbe.AnswersAsync("127.0.0.1", second.Port));
    }

    [Fact]
    public async Task Start_FromAFolderThatIsNoKafka_SaysSo()
    {
        using var folder = new TemporaryFolder();

        var error = await Assert.ThrowsAsync<ProvisioningException>(() => ApacheKafka.StartAsync(
            new ApacheKafkaOptions { Home = folder.Path, DataDirectory = folder["data"] }));

        Assert.Contains("KAFKA_HOME", error.Message, StringComparison.Ordinal);
    }
}
