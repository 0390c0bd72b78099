using System.Diagnostics;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Bench.Measuring;
using Mesh.Bus;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Types.V1;

namespace Mesh.Bench.Scenarios.Latency;

/// <summary>
/// Sends a load's check-ins over one stream, each when it is due, whatever became of those before: what comes late
/// because something holds the sender up is late by the whole of that.
/// </summary>
internal sealed class CheckIns(GatewayClients gateway, string game, Track track)
{
    /// <summary>Few, so that a watcher sees all of them: check-in number n is by player n modulo this.</summary>
    internal const int Players = 48;

    private const string Name = "runner-";

    /// <summary>The number of a player by the subject of a board's entry.</summary>
    internal static int PlayerOf(string subject) => int.Parse(
        subject.AsSpan("p/".Length + Name.Length), CultureInfo.InvariantCulture);

    /// <summary>Sends all and returns when all are acknowledged.</summary>
    /// <exception cref="BenchException">One is refused.</exception>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        using AsyncDuplexStreamingCall<SubmitStreamRequest, SubmitStreamResponse> call =
            gateway.Ingestion.SubmitStream(cancellationToken: cancellation);
        Task answers = ReadAsync(call.ResponseStream, cancellation);
        await OwnThread.RunAsync(() => Send(call.RequestStream, answers, cancellation));
        await call.RequestStream.CompleteAsync();
        await answers;
    }

    /// <summary>
    /// On a thread of its own, which sleeps until each is due: .NET's timers look at a clock that moves by up to 4 ms
    /// at a time, and come as much too late.
    /// </summary>
    private void Send(
        IClientStreamWriter<SubmitStreamRequest> stream, Task answers, CancellationToken cancellation)
    {
        Location location = new() { Latitude = 40.7, Longitude = -74 };
        CheckIn checkIn = new();
        SubmitStreamRequest request = new()
        {
            Action = new() { GameId = game, Location = location, CheckIn = checkIn },
        };
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < track.Count && !answers.IsCompleted; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long due = began + track.Arrival(i);
            Nap.Until(due);
            request.Number = (ulong)i + 1;
            request.Action.ActionId = track.IdOf(i).ToString("D");
            request.Action.PlayerId = Name + (i % Players).ToString(CultureInfo.InvariantCulture);
            request.Action.OccurredAt = TimeProvider.System.GetUtcNow().ToTimestamp();
            checkIn.VenueId = i.ToString(CultureInfo.InvariantCulture);
            track.Note(Step.Due, i, due);
            track.Note(Step.Sent, i, Stopwatch.GetTimestamp());
            stream.WriteAsync(request, cancellation).GetAwaiter().GetResult();
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<SubmitStreamResponse> answers, CancellationToken cancellation)
    {
        int through = 0;
        while (await answers.MoveNext(cancellation))
        {
            long now = Stopwatch.GetTimestamp();
            SubmitStreamResponse answer = answers.Current;
            foreach (Receipt refused in answer.Refused.Values)
            {
                throw new BenchException(
                    $"A check-in was answered {refused.Status}: {refused.Problem?.Code} {refused.Problem?.Message}");
            }

            for (; through < (int)answer.DurableThrough; through++)
            {
                track.Note(Step.Acknowledged, through, now);
            }
        }
    }
}
