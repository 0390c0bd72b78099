using System.Diagnostics;
using Mesh.Broker.Tests.Clients;

namespace Mesh.Broker.Tests.Matrix;

/// <summary>
/// Which client works with which broker: prints a table in Markdown. <c>matrix [CLIENT]</c> tries all clients, or
/// those whose name holds CLIENT; against this broker, and against Apache Kafka where KAFKA_HOME names one.
/// </summary>
internal static class ClientMatrix
{
    private static IEnumerable<ClientCheck> All =>
    [
        .. KcatChecks.All,
        .. ClientSuite.Cases.Select(c => new ClientCheck(
            "librdkafka, by Confluent.Kafka", c.Name, async servers =>
            {
                await c.RunAsync(servers);
                return "";
            })),
        new(
            "kafkajs",
            "create, two members of a group, gzip, idempotent, offsets, delete",
            s => KafkajsFiles.RunAsync(s, ClientCheck.Name(), ClientCheck.Name()),
            KafkajsFiles.Missing),
        .. ApacheToolChecks.All,
    ];

    public static async Task<int> PrintAsync(string wanted)
    {
        using TemporaryDirectory directory = new();
        await using TestBroker embedded = await TestBroker.StartAsync(
            directory, o => o with { AutoCreateTopics = true });
        using ApacheKafka? apache = string.IsNullOrEmpty(KafkaHomeFactAttribute.Home)
            ? null
            : await ApacheKafka.StartAsync(KafkaHomeFactAttribute.Home);
        List<string> failures = [];
        Console.WriteLine("| client | does | this broker | Apache Kafka | saw |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (ClientCheck check in All.Where(c => c.Client.Contains(wanted, StringComparison.Ordinal)))
        {
            (string here, string saw) = await TryAsync(check, embedded.Servers, failures);
            (string there, _) = await TryAsync(check, apache?.Servers, failures);
            Console.WriteLine($"| {check.Client} | {check.Does} | {here} | {there} | {saw} |");
        }

        failures.ForEach(Console.Error.WriteLine);
        return failures.Count == 0 ? 0 : 1;
    }

    private static async Task<(string Outcome, string Saw)> TryAsync(
        ClientCheck check, string? servers, List<string> failures)
    {
        if (servers is null || check.Missing is not null)
        {
            return ("not tried", check.Missing ?? "");
        }

        long start = Stopwatch.GetTimestamp();
        try
        {
            string saw = await check.Run(servers);
            return ($"works, {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s", saw.Trim());
        }
        catch (Exception e)
        {
            failures.Add($"{check.Client}, {check.Does}, at {servers}: {e}");
            return ("**fails**", "");
        }
    }
}
