using Mesh.Broker.Server;
using Mesh.Broker.Tests.Wire;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Fuzz;

/// <summary>One well-formed request of each API in each version that is advertised, as frames.</summary>
internal static class FrameCorpus
{
    public const string Topic = "fuzzed";
    public const string Group = "fuzzed-group";

    public static byte[][] Make() =>
    [
        .. ApiTable.All.SelectMany(api => Enumerable.Range(api.MinVersion, api.MaxVersion - api.MinVersion + 1)
            .Select(version => Frame(api, (short)version))),
    ];

    private static byte[] Frame(ApiSpec api, short version)
    {
        WireWriter writer = new(256);
        writer.BeginFrame();
        writer.Int16((short)api.Key);
        writer.Int16(version);
        writer.Int32(7);
        writer.String("fuzz");
        writer.Flexible = version >= api.FlexibleFrom;
        writer.Tags();
        Body(api.Key, version, writer);
        writer.Tags();
        writer.EndFrame();
        return writer.Written.ToArray();
    }

    private static void Body(ApiKey key, short version, WireWriter w)
    {
        switch (key)
        {
            case ApiKey.Produce:
                Produce(version, w);
                break;
            case ApiKey.Fetch:
                Fetch(version, w);
                break;
            case ApiKey.JoinGroup or ApiKey.SyncGroup or ApiKey.Heartbeat or ApiKey.LeaveGroup:
                Member(key, version, w);
                break;
            case ApiKey.OffsetCommit or ApiKey.OffsetFetch or ApiKey.OffsetDelete or ApiKey.ListOffsets
                or ApiKey.DeleteRecords or ApiKey.OffsetForLeaderEpoch:
                Offsets(key, version, w);
                break;
            case ApiKey.CreateTopics or ApiKey.CreatePartitions or ApiKey.DeleteTopics or ApiKey.DescribeConfigs
                or ApiKey.AlterConfigs or ApiKey.IncrementalAlterConfigs:
                Topics(key, version, w);
                break;
            default:
                Names(key, version, w);
                break;
        }
    }

    private static void Produce(short version, WireWriter w)
    {
        byte[] batch = Batches.Make(3, payload: 60);
        if (version >= 3)
        {
            w.String(null);
        }

        w.Int16(1);
        w.Int32(1000);
        OneTopic(w);
        w.Bytes(batch);
    }

    private static void Fetch(short version, WireWriter w)
    {
        w.Int32(-1);
        w.Int32(10);
        w.Int32(1);
        w.Int32(1_000_000);
        w.Int8(0);
        if (version >= 7)
        {
            w.Int32(0);
            w.Int32(-1);
        }

        OneTopic(w);
        if (version >= 9)
        {
            w.Int32(-1);
        }

        w.Int64(0);
        if (version >= 12)
        {
            w.Int32(-1);
        }

        if (version >= 5)
        {
            w.Int64(-1);
        }

        w.Int32(1_000_000);
        w.Tags();
        w.Tags();
        if (version >= 7)
        {
            w.ArrayLength(0);
        }

        if (version >= 11)
        {
            w.String("");
        }
    }

    private static void Member(ApiKey key, short version, WireWriter w)
    {
        // A group for each version: nobody waits for another frame's member to join again.
        w.String($"{Group}-{version}");
        switch (key)
        {
            case ApiKey.JoinGroup:
                w.Int32(6000);
                if (version >= 1)
                {
                    w.Int32(6000);
                }

                w.String("");
                if (version >= 5)
                {
                    w.String(null);
                }

                w.String("consumer");
                w.ArrayLength(1);
                w.String("range");
                w.Bytes([0, 1, 0, 0, 0, 0]);
                w.Tags();
                break;
            case ApiKey.LeaveGroup when version >= 3:
                w.ArrayLength(1);
                w.String("member");
                w.String(null);
                w.Tags();
                break;
            case ApiKey.LeaveGroup:
                w.String("member");
                break;
            default:
                w.Int32(1);
                w.String("member");
                if (version >= 3)
                {
                    w.String("instance");
                }

                if (key == ApiKey.SyncGroup)
                {
                    w.ArrayLength(1);
                    w.String("member");
                    w.Bytes([1, 2, 3]);
                    w.Tags();
                }

                break;
        }
    }

    private static void Offsets(ApiKey key, short version, WireWriter w)
    {
        switch (key)
        {
            case ApiKey.OffsetCommit:
                w.String(Group);
                w.Int32(-1);
                w.String("");
                if (version >= 7)
                {
                    w.String(null);
                }

                if (version <= 4)
                {
                    w.Int64(-1);
                }

                OneTopic(w);
                w.Int64(5);
                if (version >= 6)
                {
                    w.Int32(0);
                }

                w.String("text");
                break;
            case ApiKey.OffsetFetch or ApiKey.OffsetDelete:
                w.String(Group);
                OneTopic(w);
                break;
            case ApiKey.ListOffsets:
                w.Int32(-1);
                if (version >= 2)
                {
                    w.Int8(0);
                }

                OneTopic(w);
                if (version >= 4)
                {
                    w.Int32(-1);
                }

                w.Int64(-1);
                break;
            case ApiKey.DeleteRecords:
                OneTopic(w);
                w.Int64(0);
                w.Tags();
                w.Tags();
                w.Int32(1000);
                break;
            default:
                if (version >= 3)
                {
                    w.Int32(-1);
                }

                OneTopic(w);
                w.Int32(-1);
                w.Int32(0);
                break;
        }
    }

    private static void Topics(ApiKey key, short version, WireWriter w)
    {
        w.ArrayLength(1);
        switch (key)
        {
            case ApiKey.CreateTopics:
                w.String("made");
                w.Int32(1);
                w.Int16(1);
                w.ArrayLength(0);
                w.ArrayLength(1);
                w.String("retention.ms");
                w.String("1000");
                w.Tags();
                w.Tags();
                w.Int32(1000);
                w.Bool(true);
                break;
            case ApiKey.CreatePartitions:
                w.String(Topic);
                w.Int32(2);
                w.ArrayLength(-1);
                w.Tags();
                w.Int32(1000);
                w.Bool(true);
                break;
            case ApiKey.DeleteTopics:
                w.String("not-there");
                w.Int32(1000);
                break;
            case ApiKey.DescribeConfigs:
                w.Int8(2);
                w.String(Topic);
                w.ArrayLength(-1);
                w.Tags();
                w.Bool(false);
                w.Bool(false);
                break;
            default:
                w.Int8(2);
                w.String(Topic);
                w.ArrayLength(1);
                w.String("retention.bytes");
                if (key == ApiKey.IncrementalAlterConfigs)
                {
                    w.Int8(0);
                }

                w.String("1000000");
                w.Tags();
                w.Tags();
                w.Bool(version < 9);
                break;
        }
    }

    private static void Names(ApiKey key, short version, WireWriter w)
    {
        switch (key)
        {
            case ApiKey.FindCoordinator when version >= 4:
                w.Int8(0);
                w.ArrayLength(1);
                w.String(Group);
                break;
            case ApiKey.FindCoordinator:
                w.String(Group);
                if (version >= 1)
                {
                    w.Int8(0);
                }

                break;
            case ApiKey.ApiVersions when version >= 3:
                w.String("fuzz");
                w.String("1");
                break;
            case ApiKey.InitProducerId:
                w.String(null);
                w.Int32(1000);
                break;
            case ApiKey.Metadata or ApiKey.DescribeGroups or ApiKey.DeleteGroups or ApiKey.ListGroups:
                w.ArrayLength(1);
                w.String(key == ApiKey.Metadata ? Topic : Group);
                w.Bool(false);
                break;
        }
    }

    private static void OneTopic(WireWriter w)
    {
        w.ArrayLength(1);
        w.String(Topic);
        w.ArrayLength(1);
        w.Int32(0);
    }
}
