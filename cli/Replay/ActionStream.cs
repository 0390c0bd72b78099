using System.Diagnostics;
using System.Threading.Channels;
using Grpc.Core;
using Mesh.Cli.Connection;
using Mesh.Contracts.Ingestion.V1;

namespace Mesh.Cli.Replay;

/// <summary>
/// Sends the rows of its players over one SubmitStream, within the server's window, and over a new one when that
/// breaks: what is not acknowledged goes again, from the first such row, in order, under the same action ids.
/// </summary>
/// <param name="client">The door.</param>
/// <param name="message">Makes the requests.</param>
/// <param name="tally">What has become of the rows of all streams.</param>
/// <param name="batches">The rows.</param>
/// <param name="giveUpAfter">How long rows may wait while none is acknowledged, on any stream.</param>
internal sealed class ActionStream(
    Ingestion.IngestionClient client,
    ActionMessage message,
    ReplayTally tally,
    ChannelReader<PendingAction[]> batches,
    TimeSpan giveUpAfter)
{
    private const uint WindowBeforeFirstAnswer = 1_000;
    private static readonly WriteOptions AtOnce = new();
    private static readonly WriteOptions WithTheNext = new(WriteFlags.BufferHint);
    private static readonly TimeSpan DefaultLater = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly SendWindow<PendingAction> _window = new(WindowBeforeFirstAnswer);
    private readonly Queue<PendingAction> _again = new();
    private readonly PriorityQueue<Delayed, long> _later = new();
    private readonly SemaphoreSlim _answered = new(0, 1);
    private readonly Patience.Backoff _backoff = new();
    private PendingAction[] _batch = [];
    private int _next;
    private long _owingSince;
    private volatile bool _gaveUp;

    /// <summary>Sends until the rows end and every one is acknowledged.</summary>
    /// <exception cref="CliException">The server has acknowledged nothing for as long as was given.</exception>
    /// <exception cref="RpcException">The server refuses the stream.</exception>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task watching = GiveUpInTimeAsync(ending);
        try
        {
            await SendAllAsync(ending.Token);
        }
        catch (Exception) when (_gaveUp)
        {
            string why = tally.Trouble is { } trouble ? $" ({trouble})" : "";
            throw new CliException(
                $"No action was acknowledged for {giveUpAfter.TotalSeconds:0} s{why}. {tally.Acknowledged:N0} are: the "
                + "same command sends the others, and none counts twice.");
        }
        finally
        {
            await ending.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAllAsync(CancellationToken cancellation)
    {
        while (true)
        {
            long before = tally.Acknowledged;
            try
            {
                await RunCallAsync(cancellation);
                return;
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
            {
                // The writer of a broken call tells of it in other ways, when the answers have not told why.
                RpcException broken = failure as RpcException
                    ?? new RpcException(new Status(StatusCode.Unavailable, failure.Message));
                if (!Transient.Is(broken)
                    || failure is not (RpcException or IOException or OperationCanceledException))
                {
                    throw;
                }

                if (IsAllAcknowledged())
                {
                    return;
                }

                if (before != tally.Acknowledged)
                {
                    _backoff.Reset();
                }

                tally.Trouble = broken.Status.Detail;
                await Task.Delay(_backoff.Next(broken), cancellation);
            }

            cancellation.ThrowIfCancellationRequested();
        }
    }

    private async Task GiveUpInTimeAsync(CancellationTokenSource ending)
    {
        TimeSpan left;
        while ((left = giveUpAfter - WaitedFor()) > TimeSpan.Zero)
        {
            await Task.Delay(left, ending.Token);
        }

        _gaveUp = true;
        await ending.CancelAsync();
    }

    /// <summary>How long rows of this stream have waited without a step forward of any stream.</summary>
    private TimeSpan WaitedFor()
    {
        lock (_gate)
        {
            return _owingSince == 0
                ? TimeSpan.Zero
                : Stopwatch.GetElapsedTime(Math.Max(_owingSince, tally.ProgressAt));
        }
    }

    private bool IsAllAcknowledged()
    {
        lock (_gate)
        {
            return !IsOwing && _next == _batch.Length && batches.Completion.IsCompleted;
        }
    }

    // Under the lock.
    private bool IsOwing => _window.Unacknowledged + _again.Count + _later.Count > 0;

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
            bool isTold = answers.IsFaulted;
            await ending.CancelAsync();
            await answers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (isTold)
            {
                await answers;
            }

            throw;
        }
    }

    /// <summary>
    /// What the broken call leaves goes first, in the order of the rows: what it had sent, what it had been told to
    /// send later, and what an earlier call had left to it.
    /// </summary>
    private void Restart()
    {
        lock (_gate)
        {
            IEnumerable<PendingAction> later = _later.UnorderedItems.Select(item => item.Element.Action);
            PendingAction[] left = [.. _window.Restart().Concat(later).Concat(_again).OrderBy(action => action.Row)];
            _again.Clear();
            _later.Clear();
            foreach (PendingAction action in left)
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

    /// <summary>
    /// The next row to send, as soon as there is one and room for it; null: all are acknowledged. A row that is to come
    /// later holds back those behind it, so that the order is kept as far as it can be.
    /// </summary>
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
                later = LeftToWait();
                if (_window.Room > 0 && later is null && (_later.Count + _again.Count > 0 || more))
                {
                    PendingAction action = _later.Count > 0 ? _later.Dequeue().Action
                        : _again.Count > 0 ? _again.Dequeue()
                        : _batch[_next++];
                    ulong number = _window.Add(action);
                    _owingSince = _owingSince == 0 ? Stopwatch.GetTimestamp() : _owingSince;

                    // What is held back goes with the next one: so there must be a next one, and room for it.
                    bool last = _window.Room == 0
                        || LeftToWait() is not null
                        || (_later.Count == 0 && _again.Count == 0 && _next == _batch.Length && batches.Count == 0);
                    return new Step(number, action, last);
                }

                if (!more && !IsOwing && batches.Completion.IsCompleted)
                {
                    return null;
                }
            }

            await WaitAsync(more, later, answers, cancellation);
        }
    }

    // Under the lock. Null: no row is to come later, or the first one is due.
    private TimeSpan? LeftToWait()
    {
        long left = _later.TryPeek(out Delayed first, out _) ? first.DueAt - Stopwatch.GetTimestamp() : 0;
        return left > 0 ? TimeSpan.FromSeconds((double)left / Stopwatch.Frequency) : null;
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
                    long dueAt = Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency);
                    _later.Enqueue(new Delayed(action, dueAt), action.Row);
                    tally.Trouble = receipt.Problem?.Message;
                    later++;
                }
                else
                {
                    tally.Refuse(action, receipt.Problem);
                }
            }

            tally.Acknowledge(_window.Acknowledge(answer.DurableThrough, answer.Window) - later, answer.Token);
            _owingSince = IsOwing ? _owingSince : 0;
        }
    }

    /// <summary>A row that the server wants later, and when.</summary>
    private readonly record struct Delayed(PendingAction Action, long DueAt);

    private readonly record struct Step(ulong Number, PendingAction Action, bool Last);
}
