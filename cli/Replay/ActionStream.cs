using System.Diagnostics;
using System.Threading.Channels;
using Grpc.Core;
using Mesh.Contracts.Ingestion.V1;

namespace Mesh.Cli.Replay;

/// <summary>
/// Sends the rows of its players over one SubmitStream, within the server's window, and over a new one when that
/// breaks: what is not acknowledged goes again, under the same action ids.
/// </summary>
internal sealed class ActionStream(
    Ingestion.IngestionClient client, ActionMessage message, ReplayTally tally, ChannelReader<PendingAction[]> batches)
{
    private const uint WindowBeforeFirstAnswer = 1_000;
    private static readonly WriteOptions AtOnce = new();
    private static readonly WriteOptions WithTheNext = new(WriteFlags.BufferHint);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DefaultLater = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly SendWindow<PendingAction> _window = new(WindowBeforeFirstAnswer);
    private readonly Queue<PendingAction> _again = new();
    private readonly SemaphoreSlim _answered = new(0, 1);
    private PendingAction[] _batch = [];
    private int _next;
    private long _progressAt = Stopwatch.GetTimestamp();
    private long _laterUntil;

    /// <summary>Sends until the rows end and every one is acknowledged.</summary>
    /// <exception cref="RpcException">The server has acknowledged nothing for 30 s, or refuses the stream.</exception>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        TimeSpan backoff = TimeSpan.FromMilliseconds(50);
        while (true)
        {
            long before = Volatile.Read(ref _progressAt);
            try
            {
                await RunCallAsync(cancellation);
                return;
            }
            catch (RpcException failure) when (IsTransient(failure.StatusCode)
                && Stopwatch.GetElapsedTime(Volatile.Read(ref _progressAt)) < Patience)
            {
                backoff = before != Volatile.Read(ref _progressAt) ? TimeSpan.FromMilliseconds(50) : backoff * 2;
                await Task.Delay(backoff < LongestBackoff ? backoff : LongestBackoff, cancellation);
            }
        }
    }

    private static bool IsTransient(StatusCode status) =>
        status is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Aborted or StatusCode.Unknown;

    private async Task RunCallAsync(CancellationToken cancellation)
    {
        Restart();
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using AsyncDuplexStreamingCall<SubmitStreamRequest, SubmitStreamResponse> call =
            client.SubmitStream(cancellationToken: ending.Token);
        Task answers = ReadAsync(call.ResponseStream, ending.Token);
        try
        {
            await WriteAsync(call.RequestStream, answers, cancellation);
            await call.RequestStream.CompleteAsync();
            await answers;
        }
        catch
        {
            // The answers' own failure says more than the writer's; a call given up must not answer into the next one.
            await ending.CancelAsync();
            await answers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private void Restart()
    {
        lock (_gate)
        {
            PendingAction[] later = [.. _again];
            _again.Clear();
            foreach (PendingAction action in (PendingAction[])[.. _window.Restart(), .. later])
            {
                _again.Enqueue(action);
            }
        }
    }

    private async Task WriteAsync(
        IClientStreamWriter<SubmitStreamRequest> requests, Task answers, CancellationToken cancellation)
    {
        while (await NextAsync(answers, cancellation) is { } step)
        {
            requests.WriteOptions = step.Last ? AtOnce : WithTheNext;
            await requests.WriteAsync(message.Fill(step.Number, step.Action), cancellation);
        }
    }

    /// <summary>The next row to send, as soon as there is one and room for it; null: all are acknowledged.</summary>
    private async ValueTask<Step?> NextAsync(Task answers, CancellationToken cancellation)
    {
        while (true)
        {
            if (_next == _batch.Length && batches.TryRead(out PendingAction[]? batch))
            {
                (_batch, _next) = (batch, 0);
            }

            bool more = _next < _batch.Length;
            TimeSpan? later = null;
            lock (_gate)
            {
                bool again = _again.Count > 0 && !IsTooEarly(out later);
                if (_window.Room > 0 && (again || more))
                {
                    PendingAction action = again ? _again.Dequeue() : _batch[_next++];
                    ulong number = _window.Add(action);

                    // What is held back goes with the next one: so there must be a next one, and room for it.
                    bool last = _window.Room == 0 || (_again.Count == 0 && _next == _batch.Length && batches.Count == 0)
                        || (_again.Count > 0 && _next == _batch.Length);
                    return new Step(number, action, last);
                }

                if (!more && _again.Count == 0 && _window.Unacknowledged == 0 && batches.Completion.IsCompleted)
                {
                    return null;
                }
            }

            await WaitAsync(more, later, answers, cancellation);
        }
    }

    private bool IsTooEarly(out TimeSpan? wait)
    {
        long left = _laterUntil - Stopwatch.GetTimestamp();
        wait = left > 0 ? TimeSpan.FromSeconds((double)left / Stopwatch.Frequency) : null;
        return left > 0;
    }

    /// <summary>Waits for an answer, for more rows when there are none, or for the time the server asked for.</summary>
    private async Task WaitAsync(bool more, TimeSpan? later, Task answers, CancellationToken cancellation)
    {
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task> events = [_answered.WaitAsync(done.Token), answers];
        if (!more && !batches.Completion.IsCompleted)
        {
            events.Add(batches.WaitToReadAsync(done.Token).AsTask());
        }

        if (later is { } wait)
        {
            events.Add(Task.Delay(wait, done.Token));
        }

        Task first = await Task.WhenAny(events);
        await done.CancelAsync();
        await events[0].ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        if (first == answers)
        {
            await answers;
            throw new RpcException(new Status(StatusCode.Unavailable, "The server ended the stream early."));
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<SubmitStreamResponse> answers, CancellationToken cancellation)
    {
        while (await answers.MoveNext(cancellation))
        {
            Take(answers.Current);
            Volatile.Write(ref _progressAt, Stopwatch.GetTimestamp());
            if (_answered.CurrentCount == 0)
            {
                _answered.Release();
            }
        }
    }

    private void Take(SubmitStreamResponse answer)
    {
        lock (_gate)
        {
            int later = 0;
            foreach ((ulong number, Receipt receipt) in answer.Refused)
            {
                if (!_window.TryGet(number, out PendingAction action))
                {
                    continue;
                }

                if (receipt.Status == Receipt.Types.Status.Later)
                {
                    TimeSpan wait = receipt.Problem?.RetryAfter?.ToTimeSpan() ?? DefaultLater;
                    _laterUntil = Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency);
                    _again.Enqueue(action);
                    later++;
                }
                else
                {
                    tally.Refuse(action, receipt.Problem);
                }
            }

            tally.Acknowledge(_window.Acknowledge(answer.DurableThrough, answer.Window) - later, answer.Token);
        }
    }

    private readonly record struct Step(ulong Number, PendingAction Action, bool Last);
}
