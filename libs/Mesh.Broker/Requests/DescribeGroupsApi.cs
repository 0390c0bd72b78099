using Mesh.Broker.Groups;
using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>
/// DescribeGroups, 0–5: state and members; what they know and hold only while the group is stable. A group that is not
/// there is dead. Left out: authorized operations.
/// </summary>
internal static class DescribeGroupsApi
{
    private const int NoAuthorizedOperations = int.MinValue;

    public static readonly ApiSpec Spec = new(ApiKey.DescribeGroups, 0, 5, 5, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        int count = Math.Max(0, request.ArrayLength());
        List<string> wanted = [];
        for (int i = 0; i < count; i++)
        {
            wanted.Add(request.String());
        }

        GroupDescription[] described = call.Client.Await(call.Broker.Groups.InspectAsync(
            groups => wanted.Select(id => Describe(id, groups.Find(id))).ToArray()));
        if (call.Version >= 1)
        {
            response.Int32(0);
        }

        response.ArrayLength(described.Length);
        foreach (GroupDescription group in described)
        {
            Write(call.Version, group, response);
        }

        response.Tags();
        return true;
    }

    private static GroupDescription Describe(string id, Group? group)
    {
        if (group is null)
        {
            return new GroupDescription(id, "Dead", "", "", []);
        }

        bool stable = group.State == GroupState.Stable;
        return new GroupDescription(
            id,
            group.State.ToString(),
            group.ProtocolType,
            stable ? group.Protocol ?? "" : "",
            [.. group.Members.Select(m => new MemberDescription(
                m.Id, m.InstanceId, m.ClientId, m.ClientHost,
                stable ? m.MetadataFor(group.Protocol) : [], stable ? m.Assignment : []))]);
    }

    private static void Write(short version, GroupDescription group, WireWriter response)
    {
        response.Error(ErrorCode.None);
        response.String(group.Id);
        response.String(group.State);
        response.String(group.ProtocolType);
        response.String(group.Protocol);
        response.ArrayLength(group.Members.Length);
        foreach (MemberDescription member in group.Members)
        {
            response.String(member.Id);
            if (version >= 4)
            {
                response.String(member.InstanceId);
            }

            response.String(member.ClientId);
            response.String(member.ClientHost);
            response.Bytes(member.Metadata);
            response.Bytes(member.Assignment);
            response.Tags();
        }

        if (version >= 3)
        {
            response.Int32(NoAuthorizedOperations);
        }

        response.Tags();
    }

    private sealed record GroupDescription(
        string Id, string State, string ProtocolType, string Protocol, MemberDescription[] Members);

    private sealed record MemberDescription(
        string Id, string? InstanceId, string ClientId, string ClientHost, byte[] Metadata, byte[] Assignment);
}
