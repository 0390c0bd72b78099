using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Types.V1;

namespace Mesh.Bench.Scenarios.Latency;

/// <summary>
/// Sends actions that earn nothing, as fast as the door takes them: pings, which have a lane of their own, or scans of
/// a code that nobody knows, which go in the check-ins' lane.
/// </summary>
internal sealed class Backlog(GatewayClients gateway, string game, int count, bool isOfItsOwnLane)
{
    private const int Lines = 2;
    private const int Players = 5_000;

    // So many go to the transport at once.
    private const int Together = 128;
    private const string Code = "nothing";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan DefaultLater = TimeSpan.FromMilliseconds(100);
    private static readonly WriteOptions AtOnce = new();
    private static readonly WriteOptions WithTheNext = new(WriteFlags.BufferHint);
    private int _later;

    /// <summary>How many there are.</summary>
    internal int Count => count;

    /// <summary>How many answers told to come again later.</summary>
    internal int Later => Volatile.Read(ref _later);

    /// <summary>How long it took until all were durable.</summary>
    internal TimeSpan Took { get; private set; }

    /// <summary>Sends all and returns when all are durable.</summary>
    /// <exception cref="BenchException">One is refused.</exception>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Lines).Select(
            line => Task.Run(() => new Line(this, line).RunAsync(cancellation), cancellation)));
        Took = Stopwatch.GetElapsedTime(began);
    }

    /// <summary>One stream: every so many-th action.</summary>
    private sealed class Line(Backlog backlog, int first)
    {
        private readonly ConcurrentQueue<int> _again = new();
        private readonly List<int> _sent = [];
        private readonly Lock _gate = new();
        private int _settled;
        private long _laterUntil;

        internal async Task RunAsync(CancellationToken cancellation)
        {
            using AsyncDuplexStreamingCall<SubmitStreamRequest, SubmitStreamResponse> call =
                backlog.Client.SubmitStream(cancellationToken: cancellation);
            Task answers = ReadAsync(call.ResponseStream, cancellation);
            SubmitStreamRequest request = backlog.Request();
            int next = first;
            int mine = (backlog.Count - first + Lines - 1) / Lines;
            while (!answers.IsCompleted && Volatile.Read(ref _settled) < mine)
            {
                if (!TryNext(ref next, out int action))
                {
                    await Task.Delay(Look, cancellation);
                    continue;
                }

                lock (_gate)
                {
                    _sent.Add(action);
                }

                request.Number = (ulong)_sent.Count;
                Fill(request.Action, action);
                bool isLast = next >= backlog.Count || _sent.Count % Together == 0;
                call.RequestStream.WriteOptions = isLast ? AtOnce : WithTheNext;
                await call.RequestStream.WriteAsync(request, cancellation);
            }

            await call.RequestStream.CompleteAsync();
            await answers;
        }

        private static void Fill(Mesh.Contracts.Ingestion.V1.Action action, int number)
        {
            action.ActionId = Guid.CreateVersion7().ToString("D");
            action.PlayerId = "walker-" + (number % Players).ToString(CultureInfo.InvariantCulture);
            action.OccurredAt = TimeProvider.System.GetUtcNow().ToTimestamp();
        }

        private bool TryNext(ref int next, out int action)
        {
            action = next;
            if (Stopwatch.GetTimestamp() < Volatile.Read(ref _laterUntil))
            {
                return false;
            }

            if (next >= backlog.Count)
            {
                return _again.TryDequeue(out action);
            }

            next += Lines;
            return true;
        }

        private async Task ReadAsync(IAsyncStreamReader<SubmitStreamResponse> answers, CancellationToken cancellation)
        {
            int through = 0;
            while (await answers.MoveNext(cancellation))
            {
                SubmitStreamResponse answer = answers.Current;
                foreach ((ulong number, Receipt receipt) in answer.Refused)
                {
                    Refuse(number, receipt);
                }

                int durable = (int)answer.DurableThrough - through - answer.Refused.Count;
                through = (int)answer.DurableThrough;
                Interlocked.Add(ref _settled, durable);
            }
        }

        private void Refuse(ulong number, Receipt receipt)
        {
            if (receipt.Status != Receipt.Types.Status.Later)
            {
                throw new BenchException(
                    $"A ping was answered {receipt.Status}: {receipt.Problem?.Code} {receipt.Problem?.Message}");
            }

            TimeSpan wait = receipt.Problem?.RetryAfter?.ToTimeSpan() ?? DefaultLater;
            Volatile.Write(
                ref _laterUntil, Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency));
            Interlocked.Increment(ref backlog._later);
            lock (_gate)
            {
                _again.Enqueue(_sent[(int)number - 1]);
            }
        }
    }

    private Ingestion.IngestionClient Client => gateway.Ingestion;

    private SubmitStreamRequest Request()
    {
        SubmitStreamRequest request = new()
        {
            Action = new() { GameId = game, Location = new Location { Latitude = 40.7, Longitude = -74 } },
        };
        if (isOfItsOwnLane)
        {
            request.Action.LocationPing = new LocationPing();
        }
        else
        {
            request.Action.QrScan = new QrScan { Code = Code };
        }

        return request;
    }
}
