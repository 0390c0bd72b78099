namespace Mesh.Broker.Tests.Clients;

/// <summary>
/// The client suite against Apache Kafka: what the embedded broker is held to must be how the real one behaves. One
/// fact for all of it, since xunit 2 cannot skip inherited facts by class.
/// </summary>
public sealed class ApacheKafkaTests
{
    [KafkaHomeFact]
    public async Task ClientSuite_AgainstApacheKafka_Holds()
    {
        using ApacheKafka kafka = await ApacheKafka.StartAsync(KafkaHomeFactAttribute.Home!);
        List<string> failures = [];
        foreach (ClientSuite.Case each in ClientSuite.Cases)
        {
            try
            {
                await each.RunAsync(kafka.Servers);
            }
            catch (Exception e)
            {
                failures.Add($"{each.Name}: {e}");
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }
}
