using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Request = Grpc.Reflection.V1.ServerReflectionRequest;
using Response = Grpc.Reflection.V1.ServerReflectionResponse;

namespace Grpc.AspNetCore.Server.Reflection.Internal;

/// <summary>Answers single requests of reflection. Thread-safe.</summary>
internal sealed class ReflectionAnswers(DescriptorIndex index)
{
    public Response Answer(Request request)
    {
        var response = request.MessageRequestCase switch
        {
            Request.MessageRequestOneofCase.FileByFilename =>
                Files(index.FindFile(request.FileByFilename), $"No file '{request.FileByFilename}'."),
            Request.MessageRequestOneofCase.FileContainingSymbol =>
                Files(index.FindSymbol(request.FileContainingSymbol), $"No symbol '{request.FileContainingSymbol}'."),
            Request.MessageRequestOneofCase.FileContainingExtension => Files(
                index.FindExtension(
                    request.FileContainingExtension.ContainingType, request.FileContainingExtension.ExtensionNumber),
                $"No extension {request.FileContainingExtension.ExtensionNumber} of "
                + $"'{request.FileContainingExtension.ContainingType}'."),
            Request.MessageRequestOneofCase.AllExtensionNumbersOfType => Extensions(request.AllExtensionNumbersOfType),
            Request.MessageRequestOneofCase.ListServices => Services(),
            _ => Error(StatusCode.InvalidArgument, "The request asks for nothing that is known."),
        };
        response.ValidHost = request.Host;
        response.OriginalRequest = request;
        return response;
    }

    private static Response Files(FileDescriptor? file, string missing)
    {
        if (file is null)
        {
            return Error(StatusCode.NotFound, missing);
        }

        var files = DescriptorIndex.WithImports(file).Select(found => found.SerializedData);
        return new Response { FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { files } } };
    }

    private static Response Error(StatusCode code, string message) =>
        new() { ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message } };

    private Response Extensions(string type) => index.IsMessage(type)
        ? new Response
        {
            AllExtensionNumbersResponse = new ExtensionNumberResponse
            {
                BaseTypeName = type,
                ExtensionNumber = { index.ExtensionsOf(type) },
            },
        }
        : Error(StatusCode.NotFound, $"No message '{type}'.");

    private Response Services() => new()
    {
        ListServicesResponse = new ListServiceResponse
        {
            Service = { index.ServiceNames.Select(name => new ServiceResponse { Name = name }) },
        },
    };
}
