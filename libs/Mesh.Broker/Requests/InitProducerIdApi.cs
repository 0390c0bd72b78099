using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>
/// InitProducerId, 0–4, for idempotent producers: always a new id with epoch 0, as Apache Kafka gives them. Left out:
/// transactions; a transactional id is refused.
/// </summary>
internal static class InitProducerIdApi
{
    public static readonly ApiSpec Spec = new(ApiKey.InitProducerId, 0, 4, 2, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        bool transactional = request.NullableString() is not null;
        response.Int32(0);
        response.Error(transactional ? ErrorCode.UnsupportedVersion : ErrorCode.None);
        response.Int64(transactional ? -1 : call.Broker.ProducerIds.Next());
        response.Int16(transactional ? -1 : 0);
        response.Tags();
        return true;
    }
}
