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
        catch (Exception e) when (e is PartitionUnavailableException or NotOwnerException)
        {
            throw Unavailable(e.Message);
        }
    }

    public static async Task AnswerAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is PartitionUnavailableException or NotOwnerException)
        {
            throw Unavailable(e.Message);
        }
    }

    /// <summary>What was read, unless this instance cannot confirm that it may speak for its partitions.</summary>
    public static T RequireFresh<T, TProcessor>(this PartitionHost<TProcessor> host, T answer)
        where TProcessor : class, IPartitionProcessor =>
        host.IsFresh
            ? answer
            : throw Unavailable("The answer may be out of date; try again.");

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

    /// <summary>Nobody can answer now; later somebody will.</summary>
    public static RpcException Unavailable(string message) =>
        Problems.Of(ErrorCodes.Unavailable, string.Empty, message).ToRpcException();
}
