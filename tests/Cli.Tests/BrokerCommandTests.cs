using Mesh.Broker;
using Mesh.Cli.Commands;

namespace Mesh.Cli.Tests;

public sealed class BrokerCommandTests
{
    [Fact]
    public void Broker_ByDefault_IsAsKafkaIs()
    {
        BrokerOptions options = Parse();
        Assert.True(options.AutoCreateTopics);
        Assert.Equal((1, BrokerFlush.OperatingSystem), (options.DefaultPartitions, options.Flush));
        Assert.Equal("127.0.0.1:9092", options.Listen.ToString());
        Assert.Null(options.MetricsPort);
    }

    [Fact]
    public void Settings_UnderKafkasNames_AreTaken()
    {
        BrokerOptions options = Parse(
            "--flush", "always", "--memory-limit", "256MiB", "--metrics", "9644", "--default-partitions", "3",
            "--set", "num.partitions=7", "--set", "auto.create.topics.enable=false",
            "--set", "group.initial.rebalance.delay.ms=0", "--set", "log.retention.hours=2",
            "--set", "message.max.bytes=2000000", "--set", "offsets.retention.minutes=5");
        Assert.Equal((7, BrokerFlush.Always), (options.DefaultPartitions, options.Flush));
        Assert.False(options.AutoCreateTopics);
        Assert.Equal((256L << 20, 9644), (options.MemoryLimitBytes, options.MetricsPort));
        Assert.Equal(TimeSpan.Zero, options.GroupInitialRebalanceDelay);
        Assert.Equal(TimeSpan.FromMinutes(5), options.OffsetsRetention);
        Assert.Equal("7200000", options.TopicDefaults["retention.ms"]);
        Assert.Equal("2000000", options.TopicDefaults["max.message.bytes"]);
    }

    [Theory]
    [InlineData("no.such.setting=1", "no.such.setting")]
    [InlineData("num.partitions=many", "num.partitions")]
    [InlineData("num.partitions=0", "num.partitions")]
    [InlineData("log.segment.bytes=-5", "log.segment.bytes")]
    [InlineData("log.retention.hours=x", "log.retention.hours")]
    [InlineData("auto.create.topics.enable=yes", "auto.create.topics.enable")]
    public void Setting_ThatIsWrong_IsRefusedByName(string setting, string name)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => Parse("--set", setting));
        Assert.Contains(name, refused.Message);
    }

    [Theory]
    [InlineData("--set", "num.partitions")]
    [InlineData("--flush", "sometimes")]
    [InlineData("--memory-limit", "much")]
    [InlineData("--listen", "nowhere")]
    public void Option_ThatIsWrong_IsRefusedByName(string option, string value)
    {
        CliException refused = Assert.Throws<CliException>(() => Parse(option, value));
        Assert.Contains(option, refused.Message);
    }

    private static BrokerOptions Parse(params string[] arguments) =>
        BrokerCommand.OptionsOf(BrokerCommand.Create().Parse(["--data", "somewhere", .. arguments]));
}
