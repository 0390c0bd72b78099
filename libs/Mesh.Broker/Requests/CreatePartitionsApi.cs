using Mesh.Broker.Server;
using Mesh.Broker.Wire;

namespace Mesh.Broker.Requests;

/// <summary>CreatePartitions, 0–3: a larger number of partitions. Assignments are read and not needed.</summary>
internal static class CreatePartitionsApi
{
    public static readonly ApiSpec Spec = new(ApiKey.CreatePartitions, 0, 3, 2, Handle);

    private static bool Handle(in RequestCall call, ref WireReader request, WireWriter response)
    {
        int count = Math.Max(0, request.ArrayLength());
        (string Name, int Total)[] wanted = new (string, int)[count];
        for (int i = 0; i < count; i++)
        {
            wanted[i] = (request.String(), request.Int32());
            int assignments = Math.Max(0, request.ArrayLength());
            for (int a = 0; a < assignments; a++)
            {
                request.Int32Array();
                request.Tags();
            }

            request.Tags();
        }

        request.Int32();
        bool validateOnly = request.Bool();
        response.Int32(0);
        response.ArrayLength(count);
        foreach ((string name, int total) in wanted)
        {
            ErrorCode error = call.Broker.Topics.AddPartitions(name, total, validateOnly);
            response.String(name);
            response.Error(error);
            response.String(error == ErrorCode.InvalidPartitions
                ? $"The number must be above the present one and at most {Limits.MaxPartitionsPerTopic}."
                : null);
            response.Tags();
        }

        response.Tags();
        return true;
    }
}
