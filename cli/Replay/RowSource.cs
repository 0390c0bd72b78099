using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace Mesh.Cli.Replay;

/// <summary>
/// Reads a file's rows and hands each to the stream of its player, as fast as they are taken or as recorded.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="roster">The players.</param>
/// <param name="limit">So many rows at most.</param>
/// <param name="speed">Multiples of the recorded time; null: no waiting.</param>
internal sealed class RowSource(CheckInFile file, Roster roster, long limit, double? speed)
{
    private const int BatchRows = 256;

    /// <summary>Reads to the end or the limit, then completes the writers.</summary>
    /// <exception cref="CliException">A row is malformed; the message names its line.</exception>
    internal async Task RunAsync(ChannelWriter<PendingAction[]>[] streams, CancellationToken cancellation)
    {
        List<PendingAction>[] waiting = [.. streams.Select(_ => new List<PendingAction>(BatchRows))];
        try
        {
            LineReader lines = file.OpenRows(out Stream content);
            await using Stream closing = content;
            long start = Stopwatch.GetTimestamp();
            long? firstMicros = null;
            for (long row = 0; row < limit; row++)
            {
                if (!TryNext(lines, row, out PendingAction action, out ReplayedPlayer[] players))
                {
                    break;
                }

                firstMicros ??= action.UtcMicros;
                TimeSpan due = DueAfter(action.UtcMicros - firstMicros.Value);
                if (due > Stopwatch.GetElapsedTime(start))
                {
                    await HandOverAsync(streams, waiting, atLeast: 1, cancellation);
                    await Task.Delay(Remaining(due, start), cancellation);
                }

                foreach (ReplayedPlayer player in players)
                {
                    waiting[player.Stream].Add(action with { Player = player });
                }

                await HandOverAsync(streams, waiting, BatchRows, cancellation);
            }

            await HandOverAsync(streams, waiting, atLeast: 1, cancellation);
        }
        finally
        {
            foreach (ChannelWriter<PendingAction[]> stream in streams)
            {
                stream.TryComplete();
            }
        }
    }

    private static TimeSpan Remaining(TimeSpan due, long start)
    {
        TimeSpan left = due - Stopwatch.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static async ValueTask HandOverAsync(
        ChannelWriter<PendingAction[]>[] streams,
        List<PendingAction>[] waiting,
        int atLeast,
        CancellationToken cancellation)
    {
        for (int i = 0; i < streams.Length; i++)
        {
            if (waiting[i].Count >= atLeast)
            {
                await streams[i].WriteAsync([.. waiting[i]], cancellation);
                waiting[i].Clear();
            }
        }
    }

    private TimeSpan DueAfter(long micros) => speed is { } times && micros > 0
        ? TimeSpan.FromMicroseconds(micros / times)
        : TimeSpan.Zero;

    private bool TryNext(LineReader lines, long row, out PendingAction action, out ReplayedPlayer[] players)
    {
        action = default;
        players = [];
        if (!lines.TryRead(out ReadOnlySpan<byte> line))
        {
            return false;
        }

        if (!CheckInLine.TryParse(line, out CheckInLine parsed, out string problem))
        {
            throw new CliException($"{file.Path}, line {row + 2}: {problem}: '{Encoding.UTF8.GetString(line)}'");
        }

        players = roster.Players(parsed.Player);
        action = new PendingAction(
            row, players[0], roster.Venue(parsed.Venue), parsed.UtcMicros, parsed.Latitude, parsed.Longitude);
        return true;
    }
}
