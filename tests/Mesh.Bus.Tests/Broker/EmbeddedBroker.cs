using Mesh.Broker;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Bus.Tests.Broker;

/// <summary>The embedded broker, in this process, on a free port and in a temporary folder.</summary>
public sealed class EmbeddedBroker : IBroker, IAsyncLifetime
{
    public const string Collection = "Embedded broker";

    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-broker-").FullName;
    private BrokerServer? _server;

    public string BootstrapServers => _server!.BootstrapServers;

    public string ClusterId => _server!.ClusterId;

    public async Task InitializeAsync() => _server = await BrokerServer.StartAsync(
        new BrokerOptions { DataDirectory = _folder }, NullLoggerFactory.Instance);

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

[CollectionDefinition(EmbeddedBroker.Collection)]
public sealed class EmbeddedBrokerCollection : ICollectionFixture<EmbeddedBroker>;
