using Grpc.Core;
using Mesh.Contracts;
using Mesh.Partitions;

namespace Mesh.Wiring;

/// <summary>Runs what a call asks for, and turns a partition that cannot answer now into UNAVAILABLE.</summary>
internal static class ServiceErrors
{
    public static async Task<T> AnswerAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (PartitionUnavailableException e)
        {
            throw Unavailable(e);
        }
    }

    public static async Task AnswerAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (PartitionUnavailableException e)
        {
            throw Unavailable(e);
        }
    }

    /// <summary>An id of a request, or INVALID_ARGUMENT with the field's name.</summary>
    public static string RequireId(string value, string field)
    {
        if (value.Length == 0)
        {
            throw Problems.Of(ErrorCodes.IdEmpty, field, $"{field} is missing.").ToRpcException();
        }

        return CallTenant.IsId(value)
            ? value
            : throw Problems.Of(ErrorCodes.IdMalformed, field, $"{field} must be [A-Za-z0-9._~-]{{1,64}}.")
                .ToRpcException();
    }

    private static RpcException Unavailable(PartitionUnavailableException e) =>
        Problems.Of(ErrorCodes.Unavailable, string.Empty, e.Message).ToRpcException();
}
