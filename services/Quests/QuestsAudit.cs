using Grpc.Core;
using Mesh.Contracts;
using Mesh.Contracts.Events.V1;
using Mesh.Contracts.Quests.V1;
using Mesh.EventStore;
using Mesh.Partitions;
using Mesh.Wiring;

namespace Mesh.Quests;

/// <summary>Tells from the log, at the moment it is asked, what became of each player's actions in a game.</summary>
internal sealed class QuestsAudit(PartitionHost<QuestsProcessor> host)
{
    private const int EntriesOfMessage = 1_000;

    public async Task WriteAsync(
        string tenant, string game, IServerStreamWriter<AuditResponse> stream, CancellationToken cancel)
    {
        for (int n = 0; n < Placement.Partitions; n++)
        {
            Dictionary<string, AuditResponse> players = new(StringComparer.Ordinal);
            await foreach (StoredEvent stored in host.ReadLogAsync(n, cancel))
            {
                if (stored.Type != EventNames.QuestTransition)
                {
                    continue;
                }

                QuestTransition transition = QuestTransition.Parser.ParseFrom(stored.Body);
                if (transition.Tenant != tenant || transition.GameId != game)
                {
                    continue;
                }

                AuditResponse player = Note(players, transition);
                if (player.Outcomes.Count + player.Items.Count >= EntriesOfMessage)
                {
                    await stream.WriteAsync(player, cancel);
                    players.Remove(player.PlayerId);
                }
            }

            foreach (AuditResponse player in players.Values)
            {
                await stream.WriteAsync(player, cancel);
            }
        }
    }

    private static AuditResponse Note(Dictionary<string, AuditResponse> players, QuestTransition transition)
    {
        string id = QuestsEvents.PlayerOf(transition);
        if (!players.TryGetValue(id, out AuditResponse? player))
        {
            player = new AuditResponse { PlayerId = id };
            players.Add(id, player);
        }

        if (transition.Outcome)
        {
            player.Outcomes.Add(transition.ActionId);
        }

        if (transition.Kind is QuestTransition.Types.Kind.Step or QuestTransition.Types.Kind.Completed)
        {
            player.Items.Add(new Item
            {
                QuestId = transition.QuestId,
                Subject = transition.Subject,
                StepKey = transition.StepKey,
                Kind = transition.Kind,
                DefinitionVersion = transition.DefinitionVersion,
                EffectiveUs = transition.EffectiveUs,
            });
        }

        return player;
    }
}
