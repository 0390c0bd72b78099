using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Net.Client.Internal.Connections;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <content>From the start of a call to the head of its response.</content>
internal abstract partial class HttpCall
{
    private const string UserAgent = "grpc-dotnet-mesh/1.0";

    // One place may fail to connect after another while servers come and go; a call does not follow them for ever.
    private const int MostPlaces = 5;

    /// <summary>Sends the request and receives the head of the response.</summary>
    /// <exception cref="RpcException">The call has ended; with a status other than OK.</exception>
    protected async Task<HttpResponseMessage> SendAsync(HttpContent content)
    {
        try
        {
            ArmCancellation();
            var proof = _channel.CallCredentials is null && _credentials is null
                ? null
                : await ProveAsync().ConfigureAwait(false);
            HttpResponseMessage? response = null;
            for (var tried = 1; response is null; tried++)
            {
                Subchannel? place = null;
                if (_channel.Connections is { } connections)
                {
                    place = await connections.PickAsync(_waitForReady, CancellationToken).ConfigureAwait(false);
                    GoTo(place);
                }

                try
                {
                    response = await _channel.Http.SendAsync(CreateRequest(content, proof, place), CancellationToken)
                        .ConfigureAwait(false);
                }
                catch (HttpRequestException exception) when (place is not null && tried < MostPlaces
                    && NobodyHasSeen(content, exception))
                {
                    // So another place may have the call.
                }
            }

            lock (_cancellation)
            {
                if (_ended)
                {
                    response.Dispose();
                    throw Failure();
                }

                _response = response;
                _responseHeaders?.TrySetResult(ResponseHeaders.ReadMetadata(response.Headers));
            }

            return ResponseHeaders.FindFault(response, _channel.Encodings) is { } fault
                ? throw new RpcException(fault)
                : response;
        }
        catch (Exception exception)
        {
            throw EndWith(exception);
        }
    }

    // A place that cannot be connected to has not seen the call. Where the connection was closed under the call before
    // its only message began to leave, no handler can have been given that (gRFC A6, "Transparent Retries").
    private static bool NobodyHasSeen(HttpContent content, HttpRequestException exception) =>
        exception.HttpRequestError == HttpRequestError.ConnectionError
        || (content is SingleRequestContent { HasBegun: false }
            && CallFailure.ToStatus(exception).StatusCode == StatusCode.Unavailable);

    private void GoTo(Subchannel place)
    {
        Subchannel? left;
        lock (_cancellation)
        {
            if (_ended)
            {
                throw Failure();
            }

            left = _place;
            _place = place;
            place.OnCallStarted();
        }

        left?.OnCallEnded();
    }

    private async Task<Metadata?> ProveAsync()
    {
        if (!_channel.SendsCallCredentials)
        {
            ClientMessages.CallCredentialsNotSent(_channel.Logger, _method.FullName, _channel.Target);
            return null;
        }

        var proof = new Metadata();
        var context = new AuthInterceptorContext(_route.ServiceUrl, _method.Name, CancellationToken);
        if (_channel.CallCredentials is not null)
        {
            await _channel.CallCredentials.AddToAsync(context, proof).WaitAsync(CancellationToken)
                .ConfigureAwait(false);
        }

        if (_credentials is not null)
        {
            await _credentials.AddToAsync(context, proof).WaitAsync(CancellationToken).ConfigureAwait(false);
        }

        return proof;
    }

    private HttpRequestMessage CreateRequest(HttpContent content, Metadata? proof, Subchannel? place)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _route.Address ?? place!.AddressOf(_route.Path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        if (_channel.MarksRequests)
        {
            request.Options.Set(ChannelHandler.Owner, _channel.Connections!);
        }

        var headers = request.Headers;
        headers.TryAddWithoutValidation("TE", "trailers");
        headers.TryAddWithoutValidation("User-Agent", UserAgent);
        headers.TryAddWithoutValidation(ProtocolNames.AcceptEncoding, _channel.Encodings.AcceptValue);
        if (RequestEncoding is not null)
        {
            headers.TryAddWithoutValidation(ProtocolNames.Encoding, RequestEncoding.Name);
        }

        headers.Host = _host ?? place?.Current.Authority;
        if (_deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            headers.TryAddWithoutValidation(ProtocolNames.Timeout, GrpcTimeout.Encode(deadline - DateTime.UtcNow));
        }

        if (PreviousAttempts > 0)
        {
            headers.TryAddWithoutValidation(
                ProtocolNames.PreviousAttempts, PreviousAttempts.ToString(CultureInfo.InvariantCulture));
        }

        Add(headers, _headers);
        Add(headers, proof);
        return request;
    }

    private static void Add(HttpRequestHeaders headers, Metadata? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        foreach (var entry in metadata)
        {
            if (!ProtocolNames.IsReserved(entry.Key))
            {
                headers.TryAddWithoutValidation(entry.Key, MetadataCodec.EncodeValue(entry));
            }
        }
    }
}
