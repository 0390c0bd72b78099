using System.Reflection;
using System.Runtime.InteropServices;
using Mesh.Bus.Client;

namespace Mesh.Bus;

/// <summary>Loads the native Kafka client, <c>librdkafka</c>, from the system's package.</summary>
public static class KafkaLibrary
{
    /// <summary>The command that installs what is missing on Debian and Ubuntu.</summary>
    public const string InstallCommand = "apt-get install librdkafka1";

    private const string RdkafkaFile = "librdkafka.so.1";
    private static readonly Lock Gate = new();
    private static bool s_resolverInstalled;
    private static bool s_loaded;

    /// <summary>
    /// Makes the native client usable in this process. Cheap after the first success; every type of this library that
    /// talks to a broker calls it first.
    /// </summary>
    /// <exception cref="KafkaLibraryMissingException">
    /// The native library is not installed; the message names the one command to run.
    /// </exception>
    public static void EnsureLoaded()
    {
        if (Volatile.Read(ref s_loaded))
        {
            return;
        }

        lock (Gate)
        {
            if (s_loaded)
            {
                return;
            }

            if (!NativeLibrary.TryLoad(RdkafkaFile, out _))
            {
                throw new KafkaLibraryMissingException(
                    $"The Kafka client library {RdkafkaFile} is not installed. Run: {InstallCommand}");
            }

            if (!s_resolverInstalled)
            {
                NativeLibrary.SetDllImportResolver(typeof(Confluent.Kafka.Library).Assembly, Resolve);
                NativeLibrary.SetDllImportResolver(typeof(KafkaLibrary).Assembly, Resolve);
                s_resolverInstalled = true;
            }

            NativeHandle.Verify();
            Volatile.Write(ref s_loaded, true);
        }
    }

    // Debian ships no unversioned .so for either library, so the names in the client's imports are mapped here.
    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name.Contains("librdkafka", StringComparison.Ordinal) ? NativeLibrary.Load(RdkafkaFile)
        : name == "libdl" ? NativeLibrary.Load("libdl.so.2")
        : IntPtr.Zero;
}
