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

    /// <summary>A problem.</summary>
    public static Problem Of(string code, string field, string message) =>
        new() { Code = code, Field = field, Message = message };

    /// <summary>What a gRPC service throws: the status that the code fixes, with the problem as details.</summary>
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
        Metadata trailers = new() { { DetailsTrailer, status.ToByteArray() } };
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

        foreach (Any detail in Google.Rpc.Status.Parser.ParseFrom(bytes).Details)
        {
            if (detail.TryUnpack(out BadRequest request) && request.FieldViolations is [var first, ..])
            {
                return Of(first.Reason, first.Field, first.Description);
            }
        }

        return null;
    }
}
