using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Mesh.Bus.Client;

/// <summary>The cluster's id as the native client knows it; the managed one does not say it.</summary>
internal static partial class ClusterId
{
    private const int AtOnce = 0;

    /// <summary>The id; null: no metadata with an id has come yet.</summary>
    public static string? Of(Handle client)
    {
        SafeHandle handle = NativeHandle.Of(client);
        IntPtr text = Get(handle, AtOnce);
        if (text == IntPtr.Zero)
        {
            return null;
        }

        string? id = Marshal.PtrToStringUTF8(text);
        Free(handle, text);
        return id;
    }

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_clusterid")]
    private static partial IntPtr Get(SafeHandle client, int timeoutMs);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mem_free")]
    private static partial void Free(SafeHandle client, IntPtr memory);
}
