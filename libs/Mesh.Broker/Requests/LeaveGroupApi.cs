using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>
/// LeaveGroup, 0–4. From 3 on several members at once, static ones by their instance alone (KIP-345). Left out:
/// reasons (5).
/// </summary>
internal static class LeaveGroupApi
{
    private const short FirstWithMany = 3;

    public static readonly ApiSpec Spec = new(ApiKey.LeaveGroup, 0, 4, 4, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        string group = request.String();
        List<(string MemberId, string? InstanceId)> leaving = [];
        if (call.Version < FirstWithMany)
        {
            leaving.Add((request.String(), null));
        }
        else
        {
            int count = Math.Max(0, request.ArrayLength());
            for (int i = 0; i < count; i++)
            {
                leaving.Add((request.String(), request.NullableString()));
                request.Tags();
            }
        }

        ErrorCode[] errors = call.Client.Await(call.Broker.Groups.LeaveAsync(group, leaving));
        if (call.Version >= 1)
        {
            response.Int32(0);
        }

        response.Error(call.Version < FirstWithMany ? errors[0] : ErrorCode.None);
        if (call.Version >= FirstWithMany)
        {
            response.ArrayLength(leaving.Count);
            for (int i = 0; i < leaving.Count; i++)
            {
                response.String(leaving[i].MemberId);
                response.String(leaving[i].InstanceId);
                response.Error(errors[i]);
                response.Tags();
            }
        }

        response.Tags();
        return true;
    }
}
