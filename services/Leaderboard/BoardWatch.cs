using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Contracts.Leaderboard.V1;
using Mesh.Contracts.Types.V1;
using Mesh.Leaderboard.Core.Boards;
using Mesh.Partitions;

namespace Mesh.Leaderboard;

/// <summary>
/// Pushes a board's top: a snapshot, then what changed. Changes that come while one is being sent are sent together,
/// so a slow watcher costs nobody anything.
/// </summary>
internal sealed class BoardWatch(
    PartitionHost<LeaderboardProcessor> host, BoardsView boards, TimeProvider clock)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public async Task WriteAsync(
        BoardId id, int limit, IServerStreamWriter<WatchResponse> stream, CancellationToken cancel)
    {
        IReadOnlyList<BoardEntry> shown = [];
        bool first = true;
        while (true)
        {
            // 1. In one turn of the loop: what changed, and the promise to be told of the next change.
            (TopChange change, Task next) = await host.AskBoardsAsync(
                () => (TopWatch.Compare(shown, boards.Find(id), limit), boards.NextChange(id)), cancel);

            // 2. The first message is a snapshot, even of an empty board.
            if (first || !change.IsEmpty)
            {
                await stream.WriteAsync(Message(change, first), cancel);
                shown = change.Top;
                first = false;
            }

            // 3. Wait for a change; now and then show that the stream lives.
            while (!await ComesInTimeAsync(next, cancel))
            {
                await stream.WriteAsync(new WatchResponse(), cancel);
                if (host.State != HostState.Serving)
                {
                    throw new PartitionUnavailableException("The service started over; watch again.");
                }
            }
        }
    }

    // The timer ends with the wait: one that went on would outlive hundreds of changes.
    private async Task<bool> ComesInTimeAsync(Task next, CancellationToken cancel)
    {
        try
        {
            await next.WaitAsync(Heartbeat, clock, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private WatchResponse Message(TopChange change, bool first)
    {
        WatchResponse message = new()
        {
            Meta = new ReadMeta { AsOf = clock.GetUtcNow().ToTimestamp(), Stale = !host.IsFresh },
        };
        if (first)
        {
            message.Snapshot.AddRange(change.Top.Select(BoardMapping.ToEntry));
        }
        else
        {
            message.Changed.AddRange(change.Changed.Select(BoardMapping.ToEntry));
            message.Left.AddRange(change.Left);
        }

        return message;
    }
}
