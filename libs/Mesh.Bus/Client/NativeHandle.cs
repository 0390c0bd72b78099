using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Mesh.Bus.Client;

/// <summary>
/// The native client behind a managed one, which keeps it to itself. The managed client's version is pinned;
/// <see cref="Verify"/> says at start if it moved.
/// </summary>
internal static class NativeHandle
{
    private static readonly PropertyInfo? Property = typeof(Handle)
        .GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);

    public static SafeHandle Of(Handle client) => (SafeHandle)Property!.GetValue(client)!;

    public static void Verify()
    {
        if (Property is null || !typeof(SafeHandle).IsAssignableFrom(Property.PropertyType))
        {
            throw new MissingMemberException(typeof(Handle).FullName, "LibrdkafkaHandle");
        }
    }
}
