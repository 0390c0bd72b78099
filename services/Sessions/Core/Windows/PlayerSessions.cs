using System.Runtime.InteropServices;
using Mesh.Remembered;

namespace Mesh.Sessions.Core.Windows;

/// <summary>
/// A player's sessions in one game, folded: windows in order of time, and the actions counted. Owned by one loop.
/// </summary>
public sealed class PlayerSessions
{
    private readonly List<Session> windows = [];
    // Remembered for ever, so 16 bytes each and little more.
    private readonly RememberedIds seen = new();

    /// <summary>The sessions, earliest first.</summary>
    public IReadOnlyList<Session> Sessions => windows;

    /// <summary>How many distinct actions were counted.</summary>
    public int Actions => seen.Count;

    /// <summary>How many chunks of counted actions are full: they never change again.</summary>
    public int FullChunks => seen.FullChunks;

    /// <summary>
    /// The ids of a chunk of counted actions, in order; the one after the full ones holds the rest.
    /// </summary>
    public ReadOnlySpan<Guid> Chunk(int number) => seen.Chunk(number);

    /// <summary>Adds actions as they were kept.</summary>
    public void Restore(ReadOnlySpan<Guid> actionIds)
    {
        foreach (Guid id in actionIds)
        {
            seen.Add(id);
        }
    }

    /// <summary>Adds a session as it was kept; the earliest first.</summary>
    public void Restore(Session session) => windows.Add(session);

    /// <summary>Whether an action was counted.</summary>
    public bool HasSeen(Guid actionId) => seen.Contains(actionId);

    /// <summary>Whether an action at this time would join a session rather than open one.</summary>
    public bool Continues(long effectiveUs, long gapUs) => Near(effectiveUs, gapUs) is not (-1, -1);

    /// <summary>Folds an event.</summary>
    /// <exception cref="InvalidOperationException">The event does not follow from the ones before.</exception>
    public void Evolve(SessionEvent happened)
    {
        Session session = happened.Session;
        int at = LastBegunBy(session.LastUs);
        switch (happened)
        {
            case SessionEvent.Opened:
                windows.Insert(at + 1, session);
                break;
            case SessionEvent.Extended:
                CollectionsMarshal.AsSpan(windows)[Expect(at, session.Id)] = session;
                break;
            case SessionEvent.MergedInto:
                windows.RemoveAt(Expect(at, session.Id));
                break;
            default:
                throw new InvalidOperationException(happened.GetType().Name);
        }

        seen.Add(happened.ActionId);
    }

    /// <summary>The windows within the gap before (or around) a time, and within the gap after it; -1: none.</summary>
    internal (int Before, int After) Near(long effectiveUs, long gapUs)
    {
        ReadOnlySpan<Session> all = CollectionsMarshal.AsSpan(windows);
        int before = LastBegunBy(effectiveUs);
        int after = before + 1;

        // Unsigned, since two times may lie further apart than a signed number says.
        if (before >= 0 && all[before].LastUs >= effectiveUs)
        {
            return (before, -1);
        }

        bool joinsBefore = before >= 0 && (ulong)effectiveUs - (ulong)all[before].LastUs < (ulong)gapUs;
        bool joinsAfter = after < all.Length && (ulong)all[after].FirstUs - (ulong)effectiveUs < (ulong)gapUs;
        return (joinsBefore ? before : -1, joinsAfter ? after : -1);
    }

    internal Session At(int index) => windows[index];

    // The last window that begins at or before a time; -1: none. New actions are mostly the latest: look there first.
    private int LastBegunBy(long us)
    {
        ReadOnlySpan<Session> all = CollectionsMarshal.AsSpan(windows);
        if (all.Length == 0 || all[^1].FirstUs <= us)
        {
            return all.Length - 1;
        }

        int low = 0;
        int high = all.Length - 1;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (all[middle].FirstUs <= us)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    private int Expect(int at, Guid id) =>
        at >= 0 && windows[at].Id == id ? at
        : throw new InvalidOperationException($"Session {id} is not where the event says.");
}
