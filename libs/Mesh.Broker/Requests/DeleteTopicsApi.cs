using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>DeleteTopics, 1–4. A topic's committed offsets go with it.</summary>
internal static class DeleteTopicsApi
{
    public static readonly ApiSpec Spec = new(ApiKey.DeleteTopics, 1, 4, 4, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        int count = Math.Max(0, request.ArrayLength());
        response.Int32(0);
        response.ArrayLength(count);
        for (int i = 0; i < count; i++)
        {
            string name = request.String();
            ErrorCode error = call.Broker.Topics.Delete(name);
            if (error == ErrorCode.None)
            {
                call.Broker.Offsets.DeleteTopic(name);
                BrokerMessages.TopicDeleted(call.Broker.Logs.Logger, name);
            }

            response.String(name);
            response.Error(error);
            response.Tags();
        }

        response.Tags();
        return true;
    }
}
