using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Types.V1;
using Action = Mesh.Contracts.Ingestion.V1.Action;
using Api = Mesh.Contracts.Ingestion.V1;

namespace Mesh.Ingestion;

/// <summary>IN: actions by call, batch and stream. It translates; the door judges, the relay sends.</summary>
internal sealed class IngestionService(Door door, ActionRelay relay, OpenStreams streams, TimeProvider clock)
    : Api.Ingestion.IngestionBase
{
    /// <inheritdoc />
    public override async Task<Receipt> Submit(Action request, ServerCallContext context)
    {
        List<Receipt> receipts = await SubmitAsync([request], context);
        return receipts[0].Problem is { } problem ? throw problem.ToRpcException() : receipts[0];
    }

    /// <inheritdoc />
    public override async Task<SubmitBatchResponse> SubmitBatch(SubmitBatchRequest request, ServerCallContext context)
    {
        if (request.Actions.Count > ContractLimits.BatchActions)
        {
            throw Problems.Of(
                ErrorCodes.BatchTooLarge,
                "actions",
                $"A batch has at most {ContractLimits.BatchActions} actions, not {request.Actions.Count}.")
                .ToRpcException();
        }

        return new SubmitBatchResponse { Receipts = { await SubmitAsync(request.Actions, context) } };
    }

    /// <inheritdoc />
    public override async Task SubmitStream(
        IAsyncStreamReader<SubmitStreamRequest> requestStream,
        IServerStreamWriter<SubmitStreamResponse> responseStream,
        ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        RequireReady();
        if (!streams.TryOpen())
        {
            throw Problems.Later(
                ErrorCodes.TooManyStreams,
                string.Empty,
                "The door has as many open streams as it may; come again.",
                Limits.ReconnectAfter * (1 + (3 * Random.Shared.NextDouble()))).ToRpcException();
        }

        try
        {
            await RunAsync(tenant, requestStream, responseStream, context);
        }
        finally
        {
            streams.Close();
        }
    }

    /// <inheritdoc />
    public override Task<ProgressResponse> Progress(ProgressRequest request, ServerCallContext context)
    {
        RequireReady();
        return Task.FromResult(relay.Progress());
    }

    private async Task RunAsync(
        string tenant,
        IAsyncStreamReader<SubmitStreamRequest> requestStream,
        IServerStreamWriter<SubmitStreamResponse> responseStream,
        ServerCallContext context)
    {
        StreamAcknowledgements acknowledgements = new();
        using CancellationTokenSource ended =
            CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        await using CancellationTokenRegistration gone = context.CancellationToken.UnsafeRegister(
            static stream => ((StreamAcknowledgements)stream!).Abandon(), acknowledgements);
        Task answering = AnswerAsync(acknowledgements, responseStream, ended.Token);
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                await TakeAsync(tenant, requestStream.Current, acknowledgements, context.CancellationToken);
            }

            acknowledgements.Complete();
            await answering;
            context.CancellationToken.ThrowIfCancellationRequested();
        }
        catch (IOException)
        {
            // The client has gone, and nobody is left to be told. Thousands may go at once, and an exception that
            // travels on costs as much at each of its steps as an action.
        }
        finally
        {
            acknowledgements.Abandon();
            await ended.CancelAsync();
            await answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask TakeAsync(
        string tenant, SubmitStreamRequest request, StreamAcknowledgements acknowledgements, CancellationToken cancel)
    {
        long number = acknowledgements.Next;
        if (request.Number != (ulong)number)
        {
            throw Problems.Of(
                ErrorCodes.NumberOrder, "number", $"Number {request.Number} came where {number} was expected.")
                .ToRpcException();
        }

        await acknowledgements.ReceiveAsync(cancel);
        Judged judged = relay.Admit(await door.JudgeAsync(tenant, request.Action ?? new Action()));
        if (judged.Refused is { } refused)
        {
            acknowledgements.Refuse(number, refused);
        }
        else
        {
            relay.Send(judged, acknowledgements, number);
        }
    }

    private static async Task AnswerAsync(
        StreamAcknowledgements acknowledgements,
        IServerStreamWriter<SubmitStreamResponse> responses,
        CancellationToken cancel)
    {
        while (await acknowledgements.NextAsync() is { } response)
        {
            await responses.WriteAsync(response, cancel);
        }
    }

    private async Task<List<Receipt>> SubmitAsync(IReadOnlyList<Action> actions, ServerCallContext context)
    {
        string tenant = CallTenant.Of(context);
        RequireReady();
        BatchAcknowledgements acknowledgements = new(actions.Count);
        List<Receipt> receipts = new(actions.Count);
        for (int i = 0; i < actions.Count; i++)
        {
            Judged judged = relay.Admit(await door.JudgeAsync(tenant, actions[i]));
            receipts.Add(judged.Refused ?? new Receipt { Status = Receipt.Types.Status.Accepted });
            if (judged.Refused is null)
            {
                acknowledgements.Expect(i);
                relay.Send(judged, acknowledgements, i);
            }
        }

        await acknowledgements.WhenAllAsync(context.CancellationToken);
        Timestamp now = clock.GetUtcNow().ToTimestamp();
        for (int i = 0; i < receipts.Count; i++)
        {
            if (receipts[i].Status == Receipt.Types.Status.Accepted)
            {
                receipts[i].ReceivedAt = now;
                receipts[i].Token = acknowledgements.Token(i).Build();
            }
        }

        return receipts;
    }

    private void RequireReady()
    {
        if (!relay.Ready)
        {
            throw Problems.Later(
                ErrorCodes.Unavailable,
                string.Empty,
                "The door is not open yet; send again.",
                Limits.RetryAfter * (1 + Random.Shared.NextDouble())).ToRpcException();
        }
    }
}
