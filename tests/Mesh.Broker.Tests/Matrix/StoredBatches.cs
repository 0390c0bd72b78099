using System.Net;
using Mesh.Broker.Tests.Wire;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Matrix;

/// <summary>Looks at batches as they are stored, by a fetch without a library that would unpack them.</summary>
internal static class StoredBatches
{
    private static readonly string[] Names = ["none", "gzip", "snappy", "lz4", "zstd"];

    /// <summary>The codecs of all batches of partition 0 of a topic.</summary>
    public static string[] CodecsOf(string servers, string topic)
    {
        using RawClient client = new(IPEndPoint.Parse(servers.Replace("localhost", "127.0.0.1")));
        WireReader reader = new(client.Call(ApiKey.Fetch, 4, w =>
        {
            w.Int32(-1);
            w.Int32(1000);
            w.Int32(1);
            w.Int32(50_000_000);
            w.Int8(0);
            w.ArrayLength(1);
            w.String(topic);
            w.ArrayLength(1);
            w.Int32(0);
            w.Int64(0);
            w.Int32(50_000_000);
        }));
        reader.Int32();
        reader.ArrayLength();
        reader.String();
        reader.ArrayLength();
        reader.Int32();
        Assert.Equal(ErrorCode.None, (ErrorCode)reader.Int16());
        reader.Int64();
        reader.Int64();
        reader.ArrayLength();
        byte[] records = reader.Bytes();
        HashSet<string> codecs = [];
        for (int at = 0; at + BatchHeader.Size <= records.Length;)
        {
            BatchHeader batch = new(records.AsSpan(at));
            codecs.Add(Names[batch.Codec]);
            at += (int)batch.TotalBytes;
        }

        return [.. codecs.Order()];
    }
}
