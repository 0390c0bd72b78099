using Google.Protobuf;
using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Sessions.V1;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Wiring;
using Kind = Mesh.Contracts.Events.V1.SessionChanged.Types.Kind;

namespace Mesh.Sessions;

/// <summary>
/// Tells from the log, at the moment it is asked, how many sessions and actions each player has in a game.
/// </summary>
internal sealed class SessionsAudit(PartitionHost<SessionsProcessor> host)
{
    public async Task WriteAsync(
        string tenant, string game, IServerStreamWriter<AuditResponse> stream, CancellationToken cancel)
    {
        for (int n = 0; n < Placement.Partitions; n++)
        {
            Dictionary<string, Count> players = new(StringComparer.Ordinal);
            await foreach (StoredEvent stored in host.ReadLogAsync(n, cancel))
            {
                SessionChanged changed = SessionChanged.Parser.ParseFrom(stored.Body);
                if (changed.Tenant == tenant && changed.GameId == game)
                {
                    Note(players, changed);
                }
            }

            foreach ((string player, Count count) in players)
            {
                AuditResponse message = new()
                {
                    PlayerId = player,
                    Actions = (ulong)count.Actions.Count,
                    Sessions = (ulong)count.Open.Count,
                    Events = count.Events,
                };
                await stream.WriteAsync(message, cancel);
            }
        }
    }

    private static void Note(Dictionary<string, Count> players, SessionChanged changed)
    {
        if (!players.TryGetValue(changed.PlayerId, out Count? count))
        {
            count = new Count();
            players.Add(changed.PlayerId, count);
        }

        count.Events++;
        count.Actions.Add(changed.ActionId);
        if (changed.Kind == Kind.Opened)
        {
            count.Open.Add(changed.SessionId);
        }
        else if (changed.Kind == Kind.MergedInto)
        {
            count.Open.Remove(changed.SessionId);
        }
    }

    private sealed class Count
    {
        public HashSet<ByteString> Actions { get; } = [];

        public HashSet<ByteString> Open { get; } = [];

        public ulong Events { get; set; }
    }
}
