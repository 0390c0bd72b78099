using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mesh.Broker.Tests;

/// <summary>Leads the client library to the system's librdkafka, before anything uses it.</summary>
internal static class NativeKafka
{
#pragma warning disable CA2255 // The resolver must be there before the first use, whichever test comes first.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Install() => NativeLibrary.SetDllImportResolver(
        typeof(Confluent.Kafka.Library).Assembly,
        (name, _, _) => name.Contains("librdkafka") ? NativeLibrary.Load("librdkafka.so.1")
            : name == "libdl" ? NativeLibrary.Load("libdl.so.2")
            : IntPtr.Zero);
}
