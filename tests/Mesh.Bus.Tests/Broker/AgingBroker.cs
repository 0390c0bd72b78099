using Mesh.Broker;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Bus.Tests.Broker;

/// <summary>The embedded broker with a clock that a test moves; retention is looked after all the time.</summary>
public sealed class AgingBroker : IAgingBroker, IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-broker-").FullName;
    private readonly MovedClock _clock = new();
    private BrokerServer? _server;

    public string BootstrapServers => _server!.BootstrapServers;

    public string ClusterId => _server!.ClusterId;

    public TimeSpan Retention => TimeSpan.FromMinutes(1);

    public TimeProvider Clock => _clock;

    public void Begin() => _clock.Stop();

    public void Pass(TimeSpan time) => _clock.Advance(time);

    public async Task InitializeAsync() => _server = await BrokerServer.StartAsync(
        new BrokerOptions
        {
            DataDirectory = _folder, Clock = _clock, RetentionCheck = TimeSpan.FromMilliseconds(50),
        },
        NullLoggerFactory.Instance);

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class MovedClock : TimeProvider
    {
        private readonly Lock _gate = new();
        private DateTimeOffset? _now;

        public override DateTimeOffset GetUtcNow()
        {
            lock (_gate)
            {
                return _now ?? base.GetUtcNow();
            }
        }

        public void Stop()
        {
            lock (_gate)
            {
                _now = base.GetUtcNow();
            }
        }

        public void Advance(TimeSpan time)
        {
            lock (_gate)
            {
                _now += time;
            }
        }
    }
}
