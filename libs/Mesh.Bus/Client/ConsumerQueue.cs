using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Mesh.Bus.Client;

/// <summary>
/// Wakes a thread that is blocked in a consumer's <c>Consume</c>. The managed client offers only a timeout, that is, a
/// poll; the native one has <c>rd_kafka_queue_yield</c>, which is sticky: a wake-up before the wait is not lost.
/// </summary>
internal sealed partial class ConsumerQueue : IDisposable
{
    // The managed client keeps its native handle to itself. Its version is pinned; Verify says at start if it moved.
    private static readonly PropertyInfo? NativeHandle = typeof(Handle)
        .GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);

    private readonly Lock _gate = new();
    private IntPtr _queue;

    public ConsumerQueue(Handle client)
    {
        var handle = (SafeHandle)NativeHandle!.GetValue(client)!;
        _queue = GetConsumerQueue(handle);
    }

    public static void Verify()
    {
        if (NativeHandle is null || !typeof(SafeHandle).IsAssignableFrom(NativeHandle.PropertyType))
        {
            throw new MissingMemberException(typeof(Handle).FullName, "LibrdkafkaHandle");
        }
    }

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
