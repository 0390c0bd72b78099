using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Mesh.Bus.Client;

/// <summary>
/// Wakes a thread that is blocked in a consumer's <c>Consume</c>. The managed client offers only a timeout, that is, a
/// poll; the native one has <c>rd_kafka_queue_yield</c>, which is sticky: a wake-up before the wait is not lost.
/// </summary>
internal sealed partial class ConsumerQueue : IDisposable
{
    private readonly Lock _gate = new();
    private IntPtr _queue;

    public ConsumerQueue(Handle client) => _queue = GetConsumerQueue(NativeHandle.Of(client));

    public void Wake()
    {
        lock (_gate)
        {
            if (_queue != IntPtr.Zero)
            {
                Yield(_queue);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_queue != IntPtr.Zero)
            {
                Destroy(_queue);
                _queue = IntPtr.Zero;
            }
        }
    }

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_queue_get_consumer")]
    private static partial IntPtr GetConsumerQueue(SafeHandle client);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_queue_yield")]
    private static partial void Yield(IntPtr queue);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_queue_destroy")]
    private static partial void Destroy(IntPtr queue);
}
