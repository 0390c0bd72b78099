using Mesh.Broker.Tests.Clients;

namespace Mesh.Broker.Tests;

/// <summary>Waits for a condition, never for a guess.</summary>
internal static class Wait
{
    public static async Task UntilAsync(Func<bool> holds, string otherwise)
    {
        using CancellationTokenSource deadline = new(KafkaClient.Deadline);
        while (!holds())
        {
            if (deadline.IsCancellationRequested)
            {
                Assert.Fail($"After {KafkaClient.Deadline}: {otherwise}.");
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }
}
