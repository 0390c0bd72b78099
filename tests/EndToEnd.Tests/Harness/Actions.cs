using Google.Protobuf.WellKnownTypes;
using Mesh.Contracts.Types.V1;
using Action = Mesh.Contracts.Ingestion.V1.Action;

namespace EndToEnd.Tests.Harness;

/// <summary>The actions that tests send.</summary>
internal static class Actions
{
    /// <summary>A summer noon: when checks-in happen that say no other time.</summary>
    internal static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A check-in that every door accepts, with a new id.</summary>
    internal static Action CheckIn(string game, string player, string venue, DateTimeOffset? at = null) => new()
    {
        ActionId = Guid.NewGuid().ToString("D"),
        GameId = game,
        PlayerId = player,
        OccurredAt = (at ?? Noon).ToTimestamp(),
        Location = new Location { Latitude = 40.7, Longitude = -74 },
        CheckIn = new CheckIn { VenueId = venue },
    };
}
