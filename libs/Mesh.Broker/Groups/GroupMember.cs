namespace Mesh.Broker.Groups;

/// <summary>One member of a group. Owned by its group.</summary>
internal sealed class GroupMember(string id, string? instanceId)
{
    public string Id { get; set; } = id;

    /// <summary>The id that a static member keeps over its restarts (KIP-345).</summary>
    public string? InstanceId { get; } = instanceId;

    public string ClientId { get; set; } = "";

    public string ClientHost { get; set; } = "";

    public int SessionTimeoutMs { get; set; }

    public int RebalanceTimeoutMs { get; set; }

    public IReadOnlyList<GroupProtocol> Protocols { get; set; } = [];

    public byte[] Assignment { get; set; } = [];

    /// <summary>When it is given up, unless it is heard of before.</summary>
    public long SessionDeadlineMs { get; set; }

    /// <summary>Whether the present generation still misses its sync.</summary>
    public bool OwesSync { get; set; }

    public Action<JoinAnswer>? Joining { get; set; }

    public Action<SyncAnswer>? Syncing { get; set; }

    /// <summary>A member that waits for an answer of the group's cannot be late with a heartbeat.</summary>
    public bool Waits => Joining is not null || Syncing is not null;

    public void Heard(long nowMs) => SessionDeadlineMs = nowMs + SessionTimeoutMs;

    public void Update(JoinRequest request)
    {
        ClientId = request.ClientId;
        ClientHost = request.ClientHost;
        SessionTimeoutMs = request.SessionTimeoutMs;
        RebalanceTimeoutMs = request.RebalanceTimeoutMs;
        Protocols = request.Protocols;
    }

    public bool HasProtocols(IReadOnlyList<GroupProtocol> others) =>
        Protocols.Count == others.Count && Protocols.Zip(others).All(
            pair => pair.First.Name == pair.Second.Name
                && pair.First.Metadata.AsSpan().SequenceEqual(pair.Second.Metadata));

    public byte[] MetadataFor(string? protocol) =>
        Protocols.FirstOrDefault(p => p.Name == protocol).Metadata ?? [];

    public void AnswerJoin(JoinAnswer answer)
    {
        Action<JoinAnswer>? waiting = Joining;
        Joining = null;
        waiting?.Invoke(answer);
    }

    public void AnswerSync(SyncAnswer answer)
    {
        Action<SyncAnswer>? waiting = Syncing;
        Syncing = null;
        waiting?.Invoke(answer);
    }
}
