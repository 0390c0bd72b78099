using Mesh.Broker.Log;

namespace Mesh.Broker.Groups;

/// <summary>What of a group survives a restart: its last stable generation.</summary>
/// <param name="EmptySinceMs">When it lost its last member, by the wall clock; 0 while it has some.</param>
internal sealed record StoredGroup(
    string Id,
    string ProtocolType,
    int Generation,
    string Protocol,
    string LeaderId,
    long EmptySinceMs,
    IReadOnlyList<GroupMember> Members);

/// <summary>The groups' generations and members on disk. Owned by the coordinator's loop.</summary>
internal sealed class GroupStore : IDisposable
{
    private readonly Journal _journal;
    private readonly Dictionary<string, StoredGroup> _groups = new(StringComparer.Ordinal);

    public GroupStore(string dataDirectory, LogContext context)
    {
        _journal = new Journal(Path.Combine(dataDirectory, "groups.journal"), "the groups' journal", context);
        _journal.Replay(reader =>
        {
            StoredGroup? group = Read(reader, out string id);
            _groups.Remove(id);
            if (group is not null)
            {
                _groups.Add(id, group);
            }
        });
    }

    public IReadOnlyCollection<StoredGroup> All => _groups.Values;

    /// <summary>When a group lost its last member; null for one that has members or never had any.</summary>
    public long? EmptySince(string id) =>
        _groups.TryGetValue(id, out StoredGroup? group) && group.EmptySinceMs > 0 ? group.EmptySinceMs : null;

    public void Save(Group group, long nowMs)
    {
        StoredGroup stored = new(
            group.Id,
            group.ProtocolType,
            group.Generation,
            group.Protocol ?? "",
            group.LeaderId ?? "",
            group.Members.Count == 0 ? nowMs : 0,
            [.. group.Members]);
        _groups[group.Id] = stored;
        _journal.Add(writer => Write(writer, stored));
        Finish();
    }

    public void Delete(string id)
    {
        if (_groups.Remove(id))
        {
            _journal.Add(writer => WriteDeleted(writer, id));
            Finish();
        }
    }

    /// <summary>Makes what was saved survive a power cut, where the broker is to.</summary>
    public bool TryFlush() => _journal.TryFlush();

    public void Dispose() => _journal.Dispose();

    // A generation that could not be written is only missed by a restart, which then makes its members join again.
    private void Finish()
    {
        _journal.TryWrite();
        _journal.Tidy(() =>
        {
            foreach (StoredGroup group in _groups.Values)
            {
                _journal.Add(writer => Write(writer, group));
            }
        });
    }

    private static void WriteDeleted(BinaryWriter writer, string id)
    {
        writer.Write(id);
        writer.Write(-1);
    }

    private static void Write(BinaryWriter writer, StoredGroup group)
    {
        writer.Write(group.Id);
        writer.Write(group.Generation);
        writer.Write(group.ProtocolType);
        writer.Write(group.Protocol);
        writer.Write(group.LeaderId);
        writer.Write(group.EmptySinceMs);
        writer.Write(group.Members.Count);
        foreach (GroupMember member in group.Members)
        {
            writer.Write(member.Id);
            writer.Write(member.InstanceId is not null);
            writer.Write(member.InstanceId ?? "");
            writer.Write(member.ClientId);
            writer.Write(member.ClientHost);
            writer.Write(member.SessionTimeoutMs);
            writer.Write(member.RebalanceTimeoutMs);
            writer.Write(member.Protocols.Count);
            foreach (GroupProtocol protocol in member.Protocols)
            {
                writer.Write(protocol.Name);
                writer.Write(protocol.Metadata.Length);
                writer.Write(protocol.Metadata);
            }

            writer.Write(member.Assignment.Length);
            writer.Write(member.Assignment);
        }
    }

    private static StoredGroup? Read(BinaryReader reader, out string id)
    {
        id = reader.ReadString();
        int generation = reader.ReadInt32();
        if (generation < 0)
        {
            return null;
        }

        (string type, string protocol, string leader) = (reader.ReadString(), reader.ReadString(), reader.ReadString());
        long emptySince = reader.ReadInt64();
        GroupMember[] members = new GroupMember[reader.ReadInt32()];
        for (int i = 0; i < members.Length; i++)
        {
            members[i] = ReadMember(reader);
        }

        return new StoredGroup(id, type, generation, protocol, leader, emptySince, members);
    }

    private static GroupMember ReadMember(BinaryReader reader)
    {
        string id = reader.ReadString();
        bool isStatic = reader.ReadBoolean();
        string instance = reader.ReadString();
        GroupMember member = new(id, isStatic ? instance : null)
        {
            ClientId = reader.ReadString(),
            ClientHost = reader.ReadString(),
            SessionTimeoutMs = reader.ReadInt32(),
            RebalanceTimeoutMs = reader.ReadInt32(),
        };
        GroupProtocol[] protocols = new GroupProtocol[reader.ReadInt32()];
        for (int i = 0; i < protocols.Length; i++)
        {
            protocols[i] = new GroupProtocol(reader.ReadString(), reader.ReadBytes(reader.ReadInt32()));
        }

        member.Protocols = protocols;
        member.Assignment = reader.ReadBytes(reader.ReadInt32());
        return member;
    }
}
