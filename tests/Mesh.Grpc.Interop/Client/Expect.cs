using Google.Protobuf;
using Grpc.Core;

namespace Mesh.Grpc.Interop.Client;

/// <summary>What a case asserts; what is not so ends it.</summary>
internal static class Expect
{
    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InteropException($"{what}: expected {expected}, came {actual}");
        }
    }

    public static void Sequence<T>(IEnumerable<T> expected, IEnumerable<T> actual, string what) =>
        Equal(string.Join(", ", expected), string.Join(", ", actual), what);

    /// <summary>A payload of that many bytes, all of them zero.</summary>
    public static void Zeros(int size, ByteString? body, string what)
    {
        Equal(size, body?.Length ?? -1, $"{what}, bytes of the payload");
        if (body!.Span.ContainsAnyExcept((byte)0))
        {
            throw new InteropException($"{what}: the payload is not all zeros");
        }
    }

    /// <summary>The call ends with this status.</summary>
    /// <returns>The status, for its message.</returns>
    public static async Task<Status> StatusAsync(StatusCode expected, Func<Task> call, string what)
    {
        try
        {
            await call();
        }
        catch (RpcException exception)
        {
            return exception.StatusCode == expected
                ? exception.Status
                : throw new InteropException($"{what}: expected {expected}, came {exception.Status}");
        }

        throw new InteropException($"{what}: expected {expected}, but the call succeeded");
    }
}
