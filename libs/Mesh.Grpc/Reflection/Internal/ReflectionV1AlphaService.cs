using Google.Protobuf;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;

namespace Grpc.AspNetCore.Server.Reflection.Internal;

/// <summary>
/// grpc.reflection.v1alpha. On the wire its messages are those of version 1, so they are passed on as bytes.
/// </summary>
internal sealed class ReflectionV1AlphaService(ReflectionAnswers answers) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            var request = Grpc.Reflection.V1.ServerReflectionRequest.Parser.ParseFrom(
                requestStream.Current.ToByteString());
            var response = ServerReflectionResponse.Parser.ParseFrom(answers.Answer(request).ToByteString());
            await responseStream.WriteAsync(response).ConfigureAwait(false);
        }
    }
}
