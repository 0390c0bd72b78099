using System.Globalization;
using Mesh.Broker.Tests.Clients;
using Xunit.Abstractions;

namespace Mesh.Broker.Tests.Server;

/// <summary>
/// The broker is killed again and again, at moments that a seed chooses, while records are produced, consumed,
/// committed, compacted and cut into small segments. <c>MESH_BROKER_KILLS</c> says how often, 8 times unless set;
/// <c>MESH_BROKER_KILL_SEED</c> when.
/// </summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int LongestLifeMs = 300;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Records_AcknowledgedByABrokerKilledAgainAndAgain_AreThereOnceAndInOrder()
    {
        int kills = Setting("MESH_BROKER_KILLS", 8);
        int seed = Setting("MESH_BROKER_KILL_SEED", Environment.TickCount);
        output.WriteLine($"{kills} kills, seed {seed}");
        Random random = new(seed);
        ChildBroker broker = await ChildBroker.StartAsync(_directory.Path, 0);
        int port = broker.Port;
        KillLoad load = await KillLoad.StartAsync(broker.Servers);
        try
        {
            for (int kill = 0; kill < kills; kill++)
            {
                // What is acknowledged in each life is not bound to be much, but over all of them it must go on.
                await Task.Delay(random.Next(LongestLifeMs));
                broker.Kill();
                broker.Dispose();
                broker = await ChildBroker.StartAsync(_directory.Path, port);
            }

            await load.StopAsync();
        }
        finally
        {
            load.Dispose();
            broker.Kill();
            broker.Dispose();
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{load.Acknowledged} records acknowledged, {load.Commits} commits"));
        Assert.Empty(load.Failures);
        await using TestBroker after = await TestBroker.StartAsync(
            _directory, o => o with { GroupInitialRebalanceDelay = TimeSpan.Zero });
        load.Verify(after);
        Assert.DoesNotContain(after.Lines.Warnings, l => l.Contains("damaged"));
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
