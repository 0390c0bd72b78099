using Mesh.Broker.Requests;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Server;

/// <summary>The one list of what is spoken. Nothing is advertised that is not here.</summary>
internal static class ApiTable
{
    public static readonly ApiSpec[] All =
    [
        ProduceApi.Spec,
        FetchApi.Spec,
        ListOffsetsApi.Spec,
        MetadataApi.Spec,
        OffsetCommitApi.Spec,
        OffsetFetchApi.Spec,
        FindCoordinatorApi.Spec,
        JoinGroupApi.Spec,
        HeartbeatApi.Spec,
        LeaveGroupApi.Spec,
        SyncGroupApi.Spec,
        DescribeGroupsApi.Spec,
        ListGroupsApi.Spec,
        ApiVersionsApi.Spec,
        CreateTopicsApi.Spec,
        DeleteTopicsApi.Spec,
        DeleteRecordsApi.Spec,
        InitProducerIdApi.Spec,
        OffsetForLeaderEpochApi.Spec,
        DescribeConfigsApi.Spec,
        AlterConfigsApi.Spec,
        CreatePartitionsApi.Spec,
        DeleteGroupsApi.Spec,
        IncrementalAlterConfigsApi.Spec,
        OffsetDeleteApi.Spec,
        DescribeClusterApi.Spec,
    ];

    private static readonly ApiSpec?[] ByKey = Index();

    public static ApiSpec? Find(short key) => (uint)key < (uint)ByKey.Length ? ByKey[key] : null;

    private static ApiSpec?[] Index()
    {
        ApiSpec?[] byKey = new ApiSpec?[All.Max(a => (int)a.Key) + 1];
        foreach (ApiSpec spec in All)
        {
            byKey[(int)spec.Key] = spec;
        }

        return byKey;
    }
}
