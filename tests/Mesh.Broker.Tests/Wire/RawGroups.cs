using Mesh.Broker.Groups;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Tests.Wire;

/// <summary>A group's requests, byte by byte: for members that stall, lie or come late.</summary>
internal static class RawGroups
{
    /// <summary>Joins in version 3, which lets a new member in at once, and waits for the generation.</summary>
    public static JoinAnswer Join(this RawClient client, string group, string memberId = "", int sessionMs = 10_000)
    {
        WireReader reader = new(client.Call(ApiKey.JoinGroup, 3, w =>
        {
            w.String(group);
            w.Int32(sessionMs);
            w.Int32(sessionMs);
            w.String(memberId);
            w.String("consumer");
            w.ArrayLength(1);
            w.String("range");
            w.Bytes([]);
        }));
        reader.Int32();
        ErrorCode error = (ErrorCode)reader.Int16();
        int generation = reader.Int32();
        (string protocol, string leader, string member) = (reader.String(), reader.String(), reader.String());
        JoinedMember[] members = new JoinedMember[reader.ArrayLength()];
        for (int i = 0; i < members.Length; i++)
        {
            members[i] = new JoinedMember(reader.String(), null, reader.Bytes());
        }

        return new JoinAnswer(error, generation, protocol, leader, member, members);
    }

    public static ErrorCode Sync(this RawClient client, string group, JoinAnswer joined)
    {
        WireReader reader = new(client.Call(ApiKey.SyncGroup, 2, w =>
        {
            w.String(group);
            w.Int32(joined.Generation);
            w.String(joined.MemberId);
            w.ArrayLength(joined.Members.Count);
            foreach (JoinedMember member in joined.Members)
            {
                w.String(member.MemberId);
                w.Bytes([1, 2, 3]);
            }
        }));
        reader.Int32();
        return (ErrorCode)reader.Int16();
    }

    public static ErrorCode Heartbeat(this RawClient client, string group, JoinAnswer joined)
    {
        WireReader reader = new(client.Call(ApiKey.Heartbeat, 2, w =>
        {
            w.String(group);
            w.Int32(joined.Generation);
            w.String(joined.MemberId);
        }));
        reader.Int32();
        return (ErrorCode)reader.Int16();
    }

    /// <summary>Commits an offset of partition 0 under a member's name, or under none.</summary>
    public static ErrorCode Commit(
        this RawClient client, string group, JoinAnswer? joined, string topic, long offset, string metadata = "")
    {
        WireReader reader = new(client.Call(ApiKey.OffsetCommit, 5, w =>
        {
            w.String(group);
            w.Int32(joined?.Generation ?? -1);
            w.String(joined?.MemberId ?? "");
            w.ArrayLength(1);
            w.String(topic);
            w.ArrayLength(1);
            w.Int32(0);
            w.Int64(offset);
            w.String(metadata);
        }));
        reader.Int32();
        reader.ArrayLength();
        reader.String();
        reader.ArrayLength();
        reader.Int32();
        return (ErrorCode)reader.Int16();
    }

    /// <summary>Groups and their states; all, or those in a state.</summary>
    public static Dictionary<string, string> ListGroups(this RawClient client, params string[] states)
    {
        Dictionary<string, string> listed = [];
        WireReader reader = new(client.Call(ApiKey.ListGroups, 4, w =>
        {
            w.Flexible = true;
            w.Tags();
            w.ArrayLength(states.Length);
            foreach (string state in states)
            {
                w.String(state);
            }

            w.Tags();
        }))
        { Flexible = true };
        reader.Tags();
        reader.Int32();
        Assert.Equal(ErrorCode.None, (ErrorCode)reader.Int16());
        int count = reader.ArrayLength();
        for (int i = 0; i < count; i++)
        {
            string group = reader.String();
            reader.String();
            listed.Add(group, reader.String());
            reader.Tags();
        }

        return listed;
    }
}
