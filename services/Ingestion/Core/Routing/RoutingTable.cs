namespace Mesh.Ingestion.Core.Routing;

/// <summary>
/// Which lane each kind of action travels in: data with a version, so that a record says what routed it. Immutable.
/// </summary>
public sealed class RoutingTable
{
    /// <summary>How many lanes there are.</summary>
    public const int Lanes = 3;

    private const int FirstKind = (int)ActionKind.CheckIn;
    private const int Kinds = (int)ActionKind.Login - FirstKind + 1;

    private readonly byte[] lanes = new byte[Kinds];

    /// <summary>A table.</summary>
    /// <param name="version">Its version; from 1.</param>
    /// <param name="rules">A lane, 0 to 2, for each kind.</param>
    /// <exception cref="ArgumentException">A kind has no lane, or two, or one that there is not.</exception>
    public RoutingTable(uint version, IEnumerable<KeyValuePair<ActionKind, int>> rules)
    {
        ArgumentOutOfRangeException.ThrowIfZero(version);
        Version = version;
        Array.Fill(lanes, byte.MaxValue);
        foreach ((ActionKind kind, int lane) in rules)
        {
            int at = (int)kind - FirstKind;
            if (at is < 0 or >= Kinds || lane is < 0 or >= Lanes || lanes[at] != byte.MaxValue)
            {
                throw new ArgumentException(
                    $"The rule {kind} -> {lane} is not one lane of 0 to 2 for a kind.", nameof(rules));
            }

            lanes[at] = (byte)lane;
        }

        if (lanes.Contains(byte.MaxValue))
        {
            throw new ArgumentException("A kind has no lane.", nameof(rules));
        }
    }

    /// <summary>
    /// The table that holds when nothing else is said: 0, what must be visible at once; 1, within 1 s; 2, within 5 s.
    /// </summary>
    public static RoutingTable Default { get; } = new(
        1,
        new Dictionary<ActionKind, int>
        {
            [ActionKind.CheckIn] = 0,
            [ActionKind.QrScan] = 0,
            [ActionKind.PowerUp] = 0,
            [ActionKind.TaskDone] = 1,
            [ActionKind.Answer] = 1,
            [ActionKind.LocationPing] = 2,
            [ActionKind.DailyBonus] = 2,
            [ActionKind.Login] = 2,
        });

    /// <summary>The table's version, which every record that it routed carries.</summary>
    public uint Version { get; }

    /// <summary>The lane of a kind, from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An action without a kind has no lane: it is not admitted.
    /// </exception>
    public int LaneOf(ActionKind kind)
    {
        int at = (int)kind - FirstKind;
        ArgumentOutOfRangeException.ThrowIfNegative(at, nameof(kind));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(at, Kinds, nameof(kind));
        return lanes[at];
    }
}
