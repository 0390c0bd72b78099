using System.Collections.Concurrent;
using System.Diagnostics;
using Confluent.Kafka;
using Mesh.Broker.Tests.Clients;
using Mesh.Broker.Tests.Matrix;

namespace Mesh.Broker.Tests.Groups;

/// <summary>A member that is a process of its own, stopped by SIGSTOP in the middle of its work.</summary>
public sealed class StalledProcessTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [StallFact]
    public async Task Member_StoppedPastItsSession_AndRunningAgain_CostsTheGroupNoRecord()
    {
        await using TestBroker broker = await TestBroker.StartAsync(_directory, o => o with
        {
            GroupInitialRebalanceDelay = TimeSpan.Zero, GroupMinSessionTimeout = TimeSpan.FromMilliseconds(100),
        });
        await KafkaClient.CreateTopicAsync(broker.Servers, "t", 4);
        await using LoadedTopic load = LoadedTopic.Start(broker.Servers, "t", 4);
        ConcurrentDictionary<string, byte> handled = new();
        using Process stalls = StartKcat(broker.Servers, handled);
        await using GroupMember stays = GroupMember.Start(
            broker.Servers, "t", "g", PartitionAssignmentStrategy.Range, handled);
        await stays.HoldsAsync(2);
        await SignalAsync("STOP", stalls);

        // The group gives the stopped one up, and the other takes all.
        await stays.HoldsAsync(4);
        await Wait.UntilAsync(() => handled.Count > 100, "nothing is handled while one is stopped");
        await SignalAsync("CONT", stalls);

        // It wakes up with offsets that it would still commit: they are refused, and it joins again.
        await stays.HoldsAsync(2);
        string[] produced = await load.StopAsync();
        await Wait.UntilAsync(() => produced.All(handled.ContainsKey), "the group has not handled each record");
        stalls.Kill();
        await stalls.WaitForExitAsync();
        Assert.True(produced.Length > 100);
    }

    /// <summary>kcat as a member that commits every 50 ms what it has printed.</summary>
    private static Process StartKcat(string servers, ConcurrentDictionary<string, byte> handled)
    {
        ProcessStartInfo start = new("kcat")
        {
            ArgumentList =
            {
                "-G", "g", "-b", servers, "-q", "-u", "-X", "auto.offset.reset=earliest",
                "-X", "session.timeout.ms=1000", "-X", "heartbeat.interval.ms=100",
                "-X", "auto.commit.interval.ms=50", "-X", "partition.assignment.strategy=range", "t",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is string value)
            {
                handled[value] = 0;
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static Task<string> SignalAsync(string signal, Process process) =>
        Tool.RunAsync("kill", [$"-{signal}", $"{process.Id}"]);

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class StallFactAttribute : FactAttribute
    {
        public StallFactAttribute()
        {
            Skip = KcatChecks.Missing ?? (Tool.IsThere("kill") ? null : "the program kill is not there");
        }
    }
}
