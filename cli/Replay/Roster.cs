using System.Text;
using Mesh.Cli.Connection;
using Mesh.Contracts;

namespace Mesh.Cli.Replay;

/// <summary>A player of a replay and the stream that all of its actions go over, so that their order is kept.</summary>
internal sealed record ReplayedPlayer(string Id, int Stream);

/// <summary>
/// The players and venues of a file: each text is made once. A row of a player stands for all of its copies.
/// </summary>
internal sealed class Roster(int copies, int streams)
{
    private readonly Dictionary<string, ReplayedPlayer[]> _players = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _venues = new(StringComparer.Ordinal);

    /// <summary>A player and its copies: <c>P</c>, <c>P~2</c>, …, <c>P~N</c>.</summary>
    internal ReplayedPlayer[] Players(ReadOnlySpan<byte> utf8)
    {
        Span<char> text = stackalloc char[ContractLimits.IdChars];
        ReadOnlySpan<char> id = Decoded(utf8, text);
        if (_players.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out ReplayedPlayer[]? known))
        {
            return known;
        }

        string name = id.ToString();
        ReplayedPlayer[] players = new ReplayedPlayer[copies];
        for (int copy = 1; copy <= copies; copy++)
        {
            string player = copy == 1 ? name : $"{name}~{copy}";

            // By partition, so that what one stream sends meets in few partitions and travels in large batches.
            int partition = Placement.Partition(Placement.Player(GatewayConnection.Tenant, player));
            players[copy - 1] = new ReplayedPlayer(player, partition % streams);
        }

        return _players[name] = players;
    }

    internal string Venue(ReadOnlySpan<byte> utf8)
    {
        Span<char> text = stackalloc char[ContractLimits.IdChars];
        ReadOnlySpan<char> id = Decoded(utf8, text);
        if (!_venues.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out string? venue))
        {
            venue = id.ToString();
            _venues[venue] = venue;
        }

        return venue;
    }

    private static ReadOnlySpan<char> Decoded(ReadOnlySpan<byte> utf8, Span<char> text) =>
        Encoding.UTF8.TryGetChars(utf8, text, out int chars) ? text[..chars] : Encoding.UTF8.GetString(utf8);
}
