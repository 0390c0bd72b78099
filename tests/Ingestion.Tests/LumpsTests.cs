using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Mesh.Broker;
using Mesh.Bus;
using Mesh.Contracts;
using Mesh.Ingestion.Relaying;
using Mesh.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Ingestion.Tests;

/// <summary>Actions that go out together while many come, and one by one otherwise.</summary>
public sealed class LumpsTests
{
    private const int Lane = 1;

    [Fact]
    public void Takes_FewCome_IsFalse()
    {
        using Lumps lumps = new(lanes: 2, _ => 0);
        for (int i = 0; i < Limits.ManyActions * 2; i++)
        {
            Assert.False(lumps.Takes(Lane));
            Thread.Sleep(1);
        }
    }

    [Fact]
    public async Task Takes_ManyCome_IsTrueInTheirLaneUntilALumpIsSmall()
    {
        int size = Limits.FewActions;
        int lumpsSent = 0;
        using Lumps lumps = new(lanes: 2, lane =>
        {
            Assert.Equal(Lane, lane);
            Interlocked.Increment(ref lumpsSent);
            return Volatile.Read(ref size);
        });
        await BeginAsync(lumps);
        Assert.False(lumps.Takes(0));
        await RelayUnderTest.UntilAsync(() => Volatile.Read(ref lumpsSent) > 3);
        Assert.True(lumps.Takes(Lane));

        Volatile.Write(ref size, Limits.FewActions - 1);
        await RelayUnderTest.UntilAsync(() => !lumps.Takes(Lane));
    }

    [Fact]
    public async Task Lumps_OfMany_GatherTwiceAsLong()
    {
        const int Count = 20;
        ConcurrentQueue<long> sent = new();
        using Lumps lumps = LumpsOf(Limits.ManyActions, sent);
        await BeginAsync(lumps);
        await RelayUnderTest.UntilAsync(() => sent.Count > Count + 1);

        // A sleep is of whole milliseconds. The first of these may have been late, none of them early.
        TimeSpan least = (Limits.Gathering * 2) - TimeSpan.FromMilliseconds(1);
        long[] moments = [.. sent.Skip(1).Take(Count + 1)];
        Assert.True(Stopwatch.GetElapsedTime(moments[0], moments[^1]) >= least * (Count - 1));
    }

    [Fact]
    public async Task Lumps_OfFewer_GatherAsLongAsEver()
    {
        ConcurrentQueue<long> sent = new();
        using Lumps lumps = LumpsOf(Limits.ManyActions - 1, sent);
        await BeginAsync(lumps);
        await RelayUnderTest.UntilAsync(() =>
        {
            long[] moments = [.. sent];
            return moments.Zip(moments.Skip(1), (a, b) => Stopwatch.GetElapsedTime(a, b))
                .Any(between => between < Limits.Gathering * 1.5);
        });
    }

    [Fact]
    public async Task Takes_OneComesAsTheLastLumpGoes_ItIsSentToo()
    {
        int waiting = 0;
        Lumps? lumps = null;
        lumps = new Lumps(lanes: 2, _ =>
        {
            int sent = Interlocked.Exchange(ref waiting, 0);
            if (lumps!.Takes(Lane))
            {
                waiting++;
            }

            return sent;
        });
        using (lumps)
        {
            await BeginAsync(lumps);
            await RelayUnderTest.UntilAsync(() => !lumps.Takes(Lane) && Volatile.Read(ref waiting) == 0);
        }
    }

    [Fact]
    public async Task Route_LumpsHaveEndedAndOneIsLeft_WhatComesDoesNotOvertakeIt()
    {
        await WithRelayAsync(async (relay, broker) =>
        {
            // Lumps that leave in the route what has gathered there.
            bool end = false;
            using Lumps lumps = new(lanes: 2, _ => Volatile.Read(ref end) ? 0 : Limits.FewActions);
            ActionRoute route = new(relay.Relay, lumps, Lane, partition: 0);
            using BusProducer producer = new(
                new BusOptions { BootstrapServers = broker, ClientId = "lumps" }, BusCodec.None, NullLogger.Instance);
            route.Resume(producer);
            await BeginAsync(lumps);
            route.Send([1], [1], relay, 0);
            Volatile.Write(ref end, true);
            await RelayUnderTest.UntilAsync(() => !lumps.Takes(Lane));

            route.Send([1], [1], relay, 0);
            Assert.Equal(2, route.SendLump());
            route.Send([1], [1], relay, 0);
            Assert.Equal(0, route.SendLump());
        });
    }

    [Fact]
    public async Task Send_AsLumpsBeginAndEnd_AllArriveInOrder() => await WithRelayAsync(async (relay, broker) =>
    {
        for (int round = 0; round < 50; round++)
        {
            relay.Send(Limits.ManyActions * 2 * TopicCatalog.Actions.Count);
            long burst = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(burst) < Limits.Gathering * 3)
            {
                relay.Send(1);
                Thread.Sleep(TimeSpan.FromMilliseconds(round % 3));
            }

            await relay.AllAcknowledgedAsync();
        }

        await ActionTopics.HoldInOrderAsync(broker, relay.Sent);
    });

    private static Task BeginAsync(Lumps lumps) =>
        RelayUnderTest.UntilAsync(() => Enumerable.Range(0, Limits.ManyActions).Any(_ => lumps.Takes(Lane)));

    private static Lumps LumpsOf(int size, ConcurrentQueue<long> sent) => new(lanes: 2, _ =>
    {
        sent.Enqueue(Stopwatch.GetTimestamp());
        return size;
    });

    private static async Task WithRelayAsync(Func<RelayUnderTest, string, Task> test)
    {
        string folder = Directory.CreateTempSubdirectory("mesh-lumps-").FullName;
        try
        {
            await using BrokerServer broker = await BrokerServer.StartAsync(
                new BrokerOptions { DataDirectory = folder, Listen = new IPEndPoint(IPAddress.Loopback, 0) },
                NullLoggerFactory.Instance);
            await using RelayUnderTest relay = await RelayUnderTest.StartAsync(
                await TestPostgres.NewDatabaseAsync(), broker.BootstrapServers);
            await test(relay, broker.BootstrapServers);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
