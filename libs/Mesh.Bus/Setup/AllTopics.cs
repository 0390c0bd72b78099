using Confluent.Kafka;

namespace Mesh.Bus.Setup;

/// <summary>What the brokers say of all topics, as soon as one answers.</summary>
internal static class AllTopics
{
    /// <summary>How long to wait before asking again for what may have settled by then.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(50);

    // The native client waits inside a call until a broker's state changes; a call ends this often to see a
    // cancellation.
    private static readonly TimeSpan Call = TimeSpan.FromMilliseconds(500);

    public static async Task<Metadata> ReadAsync(IAdminClient admin, Deadline deadline)
    {
        while (true)
        {
            try
            {
                // All topics, not by name: asking for one by name may create it.
                return await OwnThread.RunAsync(() => admin.GetMetadata(Call), deadline.Cancellation);
            }
            catch (KafkaException e) when (IsTransient(e.Error.Code))
            {
                deadline.ThrowIfPassed(e);
            }
        }
    }

    public static bool IsTransient(ErrorCode code) => code is ErrorCode.Local_Transport or ErrorCode.Local_TimedOut
        or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve or ErrorCode.UnknownTopicOrPart
        or ErrorCode.LeaderNotAvailable or ErrorCode.NotController or ErrorCode.RequestTimedOut
        or ErrorCode.BrokerNotAvailable or ErrorCode.Local_TimedOutQueue;
}
