using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>DescribeCluster, 0. Left out: authorized operations and the controllers' endpoints (1).</summary>
internal static class DescribeClusterApi
{
    public static readonly ApiSpec Spec = new(ApiKey.DescribeCluster, 0, 0, 0, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        response.Int32(0);
        response.Error(ErrorCode.None);
        response.String(null);
        response.String(call.Broker.ClusterId);
        response.Int32(BrokerState.NodeId);
        response.ArrayLength(1);
        response.Int32(BrokerState.NodeId);
        response.String(call.Host);
        response.Int32(call.Port);
        response.String(null);
        response.Tags();
        response.Int32(int.MinValue);
        response.Tags();
        return true;
    }
}
