using Mesh.Broker.Wire;

namespace Mesh.Broker.Groups;

/// <summary>Where a group stands, with the names that the protocol gives.</summary>
internal enum GroupState
{
    /// <summary>No members; it may have committed offsets.</summary>
    Empty,

    /// <summary>Waits for every member to join again.</summary>
    PreparingRebalance,

    /// <summary>Everyone has joined; waits for the leader's assignment.</summary>
    CompletingRebalance,

    /// <summary>Every member has, or can ask for, its assignment.</summary>
    Stable,
}

/// <summary>What of the broker's settings groups go by.</summary>
/// <param name="InitialDelayMs">How long a new group's first rebalance waits for more members.</param>
/// <param name="MinSessionTimeoutMs">The shortest session timeout that a member may ask for.</param>
/// <param name="MaxSessionTimeoutMs">The longest one.</param>
/// <param name="MaxSize">The most members of a group.</param>
/// <param name="OffsetsRetentionMs">How long an empty group's offsets are kept.</param>
/// <param name="OffsetsCheckMs">How often expired offsets are looked for.</param>
internal sealed record GroupSettings(
    int InitialDelayMs, int MinSessionTimeoutMs, int MaxSessionTimeoutMs, int MaxSize, long OffsetsRetentionMs,
    long OffsetsCheckMs);

/// <summary>A way of assigning that a member knows, with what it tells the leader.</summary>
internal readonly record struct GroupProtocol(string Name, byte[] Metadata);

/// <summary>A member's wish to join.</summary>
/// <param name="MemberId">Its id; empty for one that has none yet.</param>
/// <param name="NewMemberId">The id that it gets when it has none.</param>
/// <param name="NeedsKnownId">Whether it must come again with its new id before it joins (KIP-394).</param>
internal sealed record JoinRequest(
    string MemberId,
    string NewMemberId,
    string? InstanceId,
    string ClientId,
    string ClientHost,
    int SessionTimeoutMs,
    int RebalanceTimeoutMs,
    string ProtocolType,
    IReadOnlyList<GroupProtocol> Protocols,
    bool NeedsKnownId);

/// <summary>A member as the leader is told of it.</summary>
internal readonly record struct JoinedMember(string MemberId, string? InstanceId, byte[] Metadata);

/// <summary>The answer to a join; members only for the leader.</summary>
internal sealed record JoinAnswer(
    ErrorCode Error,
    int Generation,
    string ProtocolName,
    string LeaderId,
    string MemberId,
    IReadOnlyList<JoinedMember> Members)
{
    public static JoinAnswer Refused(ErrorCode error, string memberId) => new(error, -1, "", "", memberId, []);
}

/// <summary>The answer to a sync: the member's assignment.</summary>
internal sealed record SyncAnswer(ErrorCode Error, byte[] Assignment)
{
    public static SyncAnswer Refused(ErrorCode error) => new(error, []);
}

/// <summary>Who speaks for a group: its word on its generation and itself.</summary>
internal readonly record struct MemberClaim(int Generation, string MemberId, string? InstanceId);
