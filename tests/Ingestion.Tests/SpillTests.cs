using System.Diagnostics;
using System.Net;
using Mesh.Broker;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Partitions;
using Mesh.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Mesh.Ingestion.Tests;

/// <summary>The door while the broker is away, on a real PostgreSQL and a real broker that is stopped.</summary>
public sealed class SpillTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-ingestion-").FullName;
    private string _database = string.Empty;
    private BrokerServer? _broker;
    private IPEndPoint _endpoint = new(IPAddress.Loopback, 0);

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.NewDatabaseAsync();
        await StartBrokerAsync();
    }

    public async Task DisposeAsync()
    {
        await _broker!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Send_BrokerAwayForAWhile_IsAcknowledgedMeanwhileAndArrivesInOrder()
    {
        await using RelayUnderTest relay = await RelayUnderTest.StartAsync(_database, _broker!.BootstrapServers);
        relay.Send(500);
        await relay.AllAcknowledgedAsync();

        await _broker.StopAsync();
        relay.Send(500);
        await RelayUnderTest.UntilAsync(() => relay.Relay.Spilling);
        for (int i = 0; i < 20; i++)
        {
            relay.Send(1_000);
            await relay.AllAcknowledgedAsync();
        }

        Assert.True(relay.WithOffset < relay.Sent);
        long back = Stopwatch.GetTimestamp();
        await StartBrokerAsync();
        relay.Send(1_000);
        await RelayUnderTest.UntilAsync(() =>
        {
            relay.Send(10);
            return !relay.Relay.Spilling;
        });
        output.WriteLine($"Drained in {Stopwatch.GetElapsedTime(back).TotalSeconds:0.00} s after the broker's start.");

        await relay.AllAcknowledgedAsync();
        long direct = relay.WithOffset;
        await RelayUnderTest.UntilAsync(() =>
        {
            relay.Send(1);
            return relay.WithOffset > direct + 100;
        });
        await ActionTopics.HoldInOrderAsync(_broker.BootstrapServers, relay.Sent);
        await RelayUnderTest.UntilAsync(() => relay.Spill.Bytes == 0);
    }

    [Fact]
    public async Task Send_WhatIsSpilledGoesOutSlowly_IsNotOvertaken()
    {
        await _broker!.DisposeAsync();
        await using SlowLink link = new();
        await StartBrokerAsync(link.Port);
        link.To = _broker.Endpoint;
        string way = $"127.0.0.1:{link.Port}";
        await using RelayUnderTest relay = await RelayUnderTest.StartAsync(_database, way);

        link.Cut();
        for (int i = 0; i < 5; i++)
        {
            relay.Send(1_000);
            await relay.AllAcknowledgedAsync();
        }

        long direct = relay.WithOffset;
        link.Mend();
        await RelayUnderTest.UntilAsync(() =>
        {
            relay.Send(1);
            return relay.WithOffset > direct + 10;
        });
        await relay.AllAcknowledgedAsync();
        await ActionTopics.HoldInOrderAsync(way, relay.Sent);
    }

    [Fact]
    public async Task Stop_WithASpill_LeavesItToTheInstanceThatTakesOver()
    {
        await using RelayUnderTest other = await RelayUnderTest.StartAsync(_database, _broker!.BootstrapServers);
        long sent;
        await using (RelayUnderTest first = await RelayUnderTest.StartAsync(_database, _broker.BootstrapServers))
        {
            // Both have partitions, so that actions of others' partitions go to one of their own.
            await RelayUnderTest.UntilAsync(() => first.Host.Places.Any(place => place.IsHere)
                && first.Host.Places.Any(place => place.Address is not null));
            await _broker.StopAsync();
            first.Send(1_000);
            await first.AllAcknowledgedAsync();
            Assert.Equal(0, first.WithOffset);
            sent = first.Sent;
        }

        await StartBrokerAsync();
        await ActionTopics.HoldInOrderAsync(_broker.BootstrapServers, sent);
        await RelayUnderTest.UntilAsync(() => other.Spill.Bytes == 0);
    }

    [Fact]
    public async Task Start_WithoutTheBroker_AcceptsIntoTheLogAndSendsWhenItIsBack()
    {
        await (await RelayUnderTest.StartAsync(_database, _broker!.BootstrapServers)).DisposeAsync();
        await _broker.StopAsync();

        await using RelayUnderTest relay = await RelayUnderTest.StartAsync(_database, _broker.BootstrapServers);
        Assert.True(relay.Relay.Ready);
        relay.Send(1_000);
        await relay.AllAcknowledgedAsync();
        Assert.True(relay.Relay.Spilling);
        Assert.Equal(0, relay.WithOffset);

        await StartBrokerAsync();
        await RelayUnderTest.UntilAsync(() =>
        {
            relay.Send(1);
            return relay.WithOffset > 0;
        });
        await relay.AllAcknowledgedAsync();
        await ActionTopics.HoldInOrderAsync(_broker.BootstrapServers, relay.Sent);
    }

    // Nobody could say later whether it was the right one.
    [Fact]
    public async Task Start_WithoutAnyBrokerEver_WaitsForOne()
    {
        await _broker!.StopAsync();
        Task<RelayUnderTest> starting = RelayUnderTest.StartAsync(_database, _broker.BootstrapServers);
        await Task.Delay(Limits.StartPatience + TimeSpan.FromSeconds(1));
        Assert.False(starting.IsCompleted);

        await StartBrokerAsync();
        await using RelayUnderTest relay = await starting.WaitAsync(RelayUnderTest.Limit);
        Assert.False(relay.Relay.Spilling);
    }

    [Fact]
    public async Task Start_AnotherBrokerComes_IsRefusedAndGetsNothing()
    {
        await (await RelayUnderTest.StartAsync(_database, _broker!.BootstrapServers)).DisposeAsync();
        await _broker.StopAsync();
        await using RelayUnderTest relay = await RelayUnderTest.StartAsync(_database, _broker.BootstrapServers);
        relay.Send(100);
        await relay.AllAcknowledgedAsync();

        // It has the same topics.
        Directory.Delete(Path.Combine(_folder, "broker"), recursive: true);
        IPEndPoint old = _endpoint;
        _endpoint = new(IPAddress.Loopback, 0);
        await StartBrokerAsync();
        await TopicSetup.EnsureAsync(
            new BusOptions { BootstrapServers = _broker.BootstrapServers, ClientId = "other" },
            [.. TopicCatalog.Actions.Select(topic => topic.Definition)],
            NullLogger.Instance,
            CancellationToken.None);
        await _broker.StopAsync();
        _endpoint = old;
        await StartBrokerAsync();

        await RelayUnderTest.UntilAsync(() => relay.Host.State == HostState.Failed);
        Environment.ExitCode = 0;
        Assert.Contains("cluster", relay.Host.Failure, StringComparison.Ordinal);
        string[] logs = Directory.GetFiles(Path.Combine(_folder, "broker"), "*.log", SearchOption.AllDirectories);
        Assert.NotEmpty(logs);
        Assert.All(logs, log => Assert.Equal(0, new FileInfo(log).Length));
    }

    [Fact]
    public async Task Admit_LogIsFull_SaysLaterUntilThereIsRoom()
    {
        Judged judged = new(0, "t/p/1", [1], null);
        await using RelayUnderTest relay = await RelayUnderTest.StartAsync(
            _database, _broker!.BootstrapServers, maxBytes: 1 << 20);
        await _broker.StopAsync();
        relay.Send(20, padding: 1_000);
        await relay.AllAcknowledgedAsync();
        Assert.Null(relay.Relay.Admit(judged).Refused);
        relay.Send(1_100, padding: 1_000);
        await relay.AllAcknowledgedAsync();

        Receipt refused = relay.Relay.Admit(judged).Refused!;
        Assert.Equal(Receipt.Types.Status.Later, refused.Status);
        Assert.NotNull(refused.Problem.RetryAfter);
        Assert.Equal(1, relay.Relay.Pressure);

        await StartBrokerAsync();
        await RelayUnderTest.UntilAsync(() => relay.Relay.Admit(judged).Refused is null);
        await RelayUnderTest.UntilAsync(() => relay.Relay.Pressure == 0);
    }

    private async Task StartBrokerAsync(int? advertisedPort = null)
    {
        BrokerOptions options = new()
        {
            DataDirectory = Path.Combine(_folder, "broker"),
            Listen = _endpoint,
            AdvertisedPort = advertisedPort,
        };
        _broker = await BrokerServer.StartAsync(options, NullLoggerFactory.Instance);
        _endpoint = _broker.Endpoint;
    }
}
