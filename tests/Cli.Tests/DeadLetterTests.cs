using Google.Protobuf;
using Mesh.Broker;
using Mesh.Bus;
using Mesh.Cli.DeadLetters;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Cli.Tests;

public sealed class DeadLetterTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-cli-").FullName;
    private BrokerServer _broker = null!;
    private BusOptions _bus = null!;

    public async Task InitializeAsync()
    {
        _broker = await BrokerServer.StartAsync(
            new BrokerOptions { DataDirectory = _folder }, NullLoggerFactory.Instance);
        _bus = new BusOptions { BootstrapServers = _broker.BootstrapServers, ClientId = "cli-tests" };
        await TopicSetup.EnsureAsync(
            _bus, [.. TopicCatalog.All.Select(topic => topic.Definition)], NullLogger.Instance, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Replay_ALetter_SendsTheRecordWithoutOriginAndSettlesIt()
    {
        LetterId id = LetterId.Parse("rewards/quest.v1.transitions/3/17");
        Bury(id, "the key", [9, 8, 7]);

        DeadLetterBox box = await ReadAsync();
        Assert.Equal([id], box.Open.Select(open => open.Id));
        Assert.Equal("it broke", box.Find(id).Error);
        box.Replay(id);

        FetchedRecord again = await FirstOfAsync(TopicCatalog.QuestTransitions, 3);
        Assert.Equal("the key"u8.ToArray(), again.Key);
        Assert.Equal([9, 8, 7], again.Value);
        Assert.Null(again.Origin);
        DeadLetterBox after = await ReadAsync();
        Assert.Empty(after.Open);
        CliException refused = Assert.Throws<CliException>(() => after.Replay(id));
        Assert.Contains("settled", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drop_OneOfTwoReadersLetters_LeavesTheOther()
    {
        LetterId quests = LetterId.Parse("quests/game.v1.actions.p0/11/5");
        LetterId sessions = quests with { Service = "sessions" };
        Bury(quests, "p", [1]);
        Bury(sessions, "p", [1]);

        (await ReadAsync()).Drop(quests);

        Assert.Equal([sessions], (await ReadAsync()).Open.Select(open => open.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("quests/game.v1.actions.p0/11")]
    [InlineData("quests/game.v1.actions.p0/x/5")]
    public void Id_ThatIsNone_IsRefusedWithItsForm(string text) =>
        Assert.Contains(
            "SERVICE/TOPIC/PARTITION/OFFSET",
            Assert.Throws<CliException>(() => LetterId.Parse(text)).Message,
            StringComparison.Ordinal);

    private Task<DeadLetterBox> ReadAsync() =>
        DeadLetterBox.ReadAsync(_broker.BootstrapServers, CancellationToken.None);

    private void Bury(LetterId id, string key, byte[] value)
    {
        DeadLettered letter = new()
        {
            Service = id.Service,
            Topic = id.Topic,
            Partition = (uint)id.Partition,
            Offset = (ulong)id.Offset,
            Key = ByteString.CopyFromUtf8(key),
            Value = ByteString.CopyFrom(value),
            Error = "it broke",
        };
        TopicSpec topic = TopicCatalog.DeadLettersOf(id.Topic);
        using BusProducer producer = new(_bus, topic.Codec, NullLogger.Instance);
        using ProduceTarget target = producer.Target(topic.Name, id.Partition, _ => { }, _ => { });
        Assert.True(target.Produce(letter.Key.ToByteArray(), letter.ToByteArray(), null));
        Assert.True(producer.Flush(Patience));
    }

    private async Task<FetchedRecord> FirstOfAsync(TopicSpec topic, int partition)
    {
        TaskCompletionSource<FetchedRecord> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TopicReader reader = new(
            _bus,
            new TopicReaderOptions
            {
                Topic = topic.Name,
                Starts = [new TopicStart(partition, TopicStart.Beginning)],
                WithKeys = true,
                WithOrigins = true,
            },
            batch => !first.TrySetResult(batch.Records[0]),
            failure => first.TrySetException(failure),
            NullLogger.Instance);
        return await first.Task.WaitAsync(Patience);
    }
}
