using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>FindCoordinator, 0–4: for groups it is this node. Left out: transactions (key type 1).</summary>
internal static class FindCoordinatorApi
{
    private const int GroupKey = 0;

    public static readonly ApiSpec Spec = new(ApiKey.FindCoordinator, 0, 4, 3, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        if (call.Version >= 4)
        {
            HandleMany(call, ref request, response);
            return true;
        }

        request.String();
        int type = call.Version >= 1 ? request.Int8() : GroupKey;
        if (call.Version >= 1)
        {
            response.Int32(0);
        }

        response.Error(type == GroupKey ? ErrorCode.None : ErrorCode.InvalidRequest);
        if (call.Version >= 1)
        {
            response.String(null);
        }

        WriteNode(call, response, type == GroupKey);
        response.Tags();
        return true;
    }

    private static void HandleMany(in RequestCall call, ref WireReader request, WireWriter response)
    {
        bool groups = request.Int8() == GroupKey;
        int count = Math.Max(0, request.ArrayLength());
        response.Int32(0);
        response.ArrayLength(count);
        for (int i = 0; i < count; i++)
        {
            response.Utf8(request.Utf8());
            WriteNode(call, response, groups);
            response.Error(groups ? ErrorCode.None : ErrorCode.InvalidRequest);
            response.String(null);
            response.Tags();
        }

        response.Tags();
    }

    private static void WriteNode(in RequestCall call, WireWriter response, bool found)
    {
        response.Int32(found ? BrokerState.NodeId : -1);
        response.String(found ? call.Host : "");
        response.Int32(found ? call.Port : -1);
    }
}
