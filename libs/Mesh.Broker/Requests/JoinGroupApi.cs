using Mesh.Broker.Groups;
using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>
/// JoinGroup, 0–6. Waits until the group has agreed who is in it. From 4 on a new member is first given an id to come
/// again with (KIP-394). Left out: reasons (8), skipping the assignment (9).
/// </summary>
internal static class JoinGroupApi
{
    private const short FirstWithRebalanceTimeout = 1;
    private const short FirstWithKnownId = 4;
    private const short FirstWithInstance = 5;

    public static readonly ApiSpec Spec = new(ApiKey.JoinGroup, 0, 6, 6, Handle, Waits: true);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        string group = request.String();
        int session = request.Int32();
        int rebalance = call.Version >= FirstWithRebalanceTimeout ? request.Int32() : session;
        string member = request.String();
        string? instance = call.Version >= FirstWithInstance ? request.NullableString() : null;
        string type = request.String();
        int count = Math.Max(0, request.ArrayLength());
        List<GroupProtocol> protocols = [];
        for (int i = 0; i < count; i++)
        {
            protocols.Add(new GroupProtocol(request.String(), request.Bytes()));
            request.Tags();
        }

        request.Tags();
        string clientId = call.ClientId;
        JoinRequest join = new(
            member,
            $"{instance ?? clientId}-{Guid.NewGuid()}",
            instance,
            clientId,
            call.Client.Host,
            session,
            Math.Max(0, rebalance),
            type,
            protocols,
            call.Version >= FirstWithKnownId);
        Write(call.Version, call.Client.Await(call.Broker.Groups.JoinAsync(group, join)), response);
        return true;
    }

    private static void Write(short version, JoinAnswer answer, WireWriter response)
    {
        if (version >= 2)
        {
            response.Int32(0);
        }

        response.Error(answer.Error);
        response.Int32(answer.Generation);
        response.String(answer.ProtocolName);
        response.String(answer.LeaderId);
        response.String(answer.MemberId);
        response.ArrayLength(answer.Members.Count);
        foreach (JoinedMember member in answer.Members)
        {
            response.String(member.MemberId);
            if (version >= FirstWithInstance)
            {
                response.String(member.InstanceId);
            }

            response.Bytes(member.Metadata);
            response.Tags();
        }

        response.Tags();
    }
}
