using System.Collections.Frozen;

// The case of a closed hierarchy lives with its game type, in the hierarchy's namespace.
namespace Mesh.Quests.Core.Catalog;

/// <content>The scavenger hunt's case.</content>
public abstract partial record QuestType
{
    /// <summary>Collect distinct venues in any order.</summary>
    public sealed record ScavengerHunt : QuestType
    {
        private readonly FrozenSet<string> venues;

        /// <summary>Collect distinct venues in any order.</summary>
        /// <param name="venueIds">The venues that count; none named: any venue.</param>
        /// <param name="needed">So many distinct venues complete the quest; 0: open-ended.</param>
        public ScavengerHunt(IReadOnlyList<string> venueIds, uint needed)
        {
            VenueIds = venueIds;
            Needed = needed;
            venues = venueIds.ToFrozenSet(StringComparer.Ordinal);
        }

        /// <summary>The venues that count; none named: any venue.</summary>
        public IReadOnlyList<string> VenueIds { get; }

        /// <summary>So many distinct venues complete the quest; 0: open-ended.</summary>
        public uint Needed { get; }

        /// <summary>Whether a venue counts.</summary>
        public bool Includes(string venueId) => venues.Count == 0 || venues.Contains(venueId);

        /// <summary>Value equality; the order of the venues counts.</summary>
        public bool Equals(ScavengerHunt? other) =>
            other is not null && Needed == other.Needed && VenueIds.SequenceEqual(other.VenueIds);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Needed, VenueIds.Count);
    }
}
