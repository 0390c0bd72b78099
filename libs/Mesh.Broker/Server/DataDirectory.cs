using System.Text.Json;
using Mesh.Broker.Log;
using Mesh.Broker.Topics;

namespace Mesh.Broker.Server;

/// <summary>
/// The data directory while this broker has it: a lock file that the system releases with the process, and the
/// cluster's identity.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _clusterFile;

    private DataDirectory(string path, FileStream held)
    {
        Path = path;
        _lock = held;
        _clusterFile = System.IO.Path.Combine(path, "cluster.json");
        Cluster = Load();
    }

    public string Path { get; }

    public StoredCluster Cluster { get; private set; }

    /// <summary>Takes the directory; <see cref="InvalidOperationException"/> when another broker has it.</summary>
    public static DataDirectory Take(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(full);
        FileStream held;
        try
        {
            held = new FileStream(
                System.IO.Path.Combine(full, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new InvalidOperationException($"The data directory {full} is in use by another broker.");
        }

        try
        {
            return new DataDirectory(full, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Makes durable that producer ids below <paramref name="end"/> may be in use.</summary>
    public void ReserveProducerIds(long end) => Save(Cluster with { NextProducerId = end });

    public void Dispose() => _lock.Dispose();

    private StoredCluster Load()
    {
        if (File.Exists(_clusterFile))
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(_clusterFile), StoredJson.Default.StoredCluster)
                ?? throw new InvalidDataException($"{_clusterFile} is empty.");
        }

        // 16 random bytes in URL-safe base64, as Apache Kafka writes its cluster ids.
        string id = System.Buffers.Text.Base64Url.EncodeToString(Guid.NewGuid().ToByteArray());
        return Save(new StoredCluster(id, 0));
    }

    private StoredCluster Save(StoredCluster cluster)
    {
        AtomicFile.Write(_clusterFile, JsonSerializer.SerializeToUtf8Bytes(cluster, StoredJson.Default.StoredCluster));
        return Cluster = cluster;
    }
}
