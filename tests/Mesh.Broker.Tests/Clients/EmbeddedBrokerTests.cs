namespace Mesh.Broker.Tests.Clients;

/// <summary>The client suite against this broker.</summary>
public sealed class EmbeddedBrokerTests : ClientTests, IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private TestBroker? _broker;

    /// <inheritdoc/>
    protected override string Servers => _broker!.Servers;

    public async Task InitializeAsync() => _broker = await TestBroker.StartAsync(
        _directory, o => o with { GroupInitialRebalanceDelay = TimeSpan.Zero, AutoCreateTopics = true });

    public async Task DisposeAsync() => await _broker!.DisposeAsync();

    public void Dispose() => _directory.Dispose();
}
