namespace Mesh.Ingestion.Core.Admission;

/// <summary>An action as a client sent it, seen through its fields: nothing is copied.</summary>
public readonly ref struct Submission
{
    /// <summary>Serialized bytes of the action.</summary>
    public int SizeBytes { get; init; }

    /// <summary>The action's id: a UUID, 8-4-4-4-12, any case.</summary>
    public ReadOnlySpan<char> ActionId { get; init; }

    /// <summary>The game.</summary>
    public ReadOnlySpan<char> GameId { get; init; }

    /// <summary>The player.</summary>
    public ReadOnlySpan<char> PlayerId { get; init; }

    /// <summary>The device; empty: not said.</summary>
    public ReadOnlySpan<char> DeviceId { get; init; }

    /// <summary>What the player did.</summary>
    public ActionKind Kind { get; init; }

    /// <summary>
    /// What it names: the venue of a check-in, the code of a scan, the power-up, the task, the question; empty for the
    /// others.
    /// </summary>
    public ReadOnlySpan<char> Named { get; init; }

    /// <summary>Whether a location is given; else the three numbers are not read.</summary>
    public bool HasLocation { get; init; }

    /// <summary>Degrees, -90 to 90.</summary>
    public double Latitude { get; init; }

    /// <summary>Degrees, -180 to 180.</summary>
    public double Longitude { get; init; }

    /// <summary>Metres, 0 or more.</summary>
    public double AccuracyM { get; init; }

    /// <summary>
    /// The phone's time in microseconds since the epoch; null: not said. <see cref="AdmissionTime.FromTimestamp"/>
    /// makes it.
    /// </summary>
    public long? OccurredUs { get; init; }
}
