using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Mesh.Contracts.Types.V1;

namespace Mesh.Contracts;

/// <summary>Problems on their way to a client whose call fails, and back.</summary>
public static class Problems
{
    /// <summary>Trailer that holds a serialized <c>google.rpc.Status</c>.</summary>
    public const string DetailsTrailer = "grpc-status-details-bin";

    /// <summary>Trailer that says in milliseconds when to come again (gRFC A6).</summary>
    public const string PushbackTrailer = "grpc-retry-pushback-ms";

    /// <summary>Trailer that says the same in whole seconds, as HTTP does (RFC 9110).</summary>
    public const string RetryAfterTrailer = "retry-after";

    /// <summary>A problem.</summary>
    public static Problem Of(string code, string field, string message) =>
        new() { Code = code, Field = field, Message = message };

    /// <summary>A problem that passes.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="field">The field at fault.</param>
    /// <param name="message">A sentence for people.</param>
    /// <param name="retryAfter">When the same may be sent again.</param>
    public static Problem Later(string code, string field, string message, TimeSpan retryAfter) =>
        new() { Code = code, Field = field, Message = message, RetryAfter = retryAfter.ToDuration() };

    /// <summary>
    /// What a gRPC service throws: the status that the code fixes, with the problem as details, and when to come again
    /// in the words of gRPC and of HTTP.
    /// </summary>
    public static RpcException ToRpcException(this Problem problem)
    {
        StatusCode code = ErrorCodes.StatusOf(problem.Code);
        string message = problem.Field.Length == 0
            ? $"{problem.Code}: {problem.Message}"
            : $"{problem.Code} ({problem.Field}): {problem.Message}";
        BadRequest details = new()
        {
            FieldViolations =
            {
                new BadRequest.Types.FieldViolation
                {
                    Field = problem.Field,
                    Description = problem.Message,
                    Reason = problem.Code,
                },
            },
        };
        Google.Rpc.Status status = new() { Code = (int)code, Message = message, Details = { Any.Pack(details) } };
        Metadata trailers = [];
        if (problem.RetryAfter is { } retryAfter)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = retryAfter }));
            TimeSpan wait = retryAfter.ToTimeSpan();
            trailers.Add(PushbackTrailer, Whole(wait.TotalMilliseconds));
            trailers.Add(RetryAfterTrailer, Whole(wait.TotalSeconds));
        }

        trailers.Add(DetailsTrailer, status.ToByteArray());
        return new RpcException(new Grpc.Core.Status(code, message), trailers);
    }

    /// <summary>The problem that a failed call carries; null when it carries none.</summary>
    public static Problem? FromRpcException(RpcException failure)
    {
        byte[]? bytes = failure.Trailers.GetValueBytes(DetailsTrailer);
        if (bytes is null)
        {
            return null;
        }

        Problem? problem = null;
        Duration? retryAfter = null;
        foreach (Any detail in Google.Rpc.Status.Parser.ParseFrom(bytes).Details)
        {
            if (detail.TryUnpack(out BadRequest request) && request.FieldViolations is [var first, ..])
            {
                problem = Of(first.Reason, first.Field, first.Description);
            }
            else if (detail.TryUnpack(out RetryInfo retry))
            {
                retryAfter = retry.RetryDelay;
            }
        }

        if (problem is not null)
        {
            problem.RetryAfter = retryAfter;
        }

        return problem;
    }

    private static string Whole(double number) => Math.Ceiling(number).ToString("F0", CultureInfo.InvariantCulture);
}
