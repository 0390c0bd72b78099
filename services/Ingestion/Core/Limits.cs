namespace Mesh.Ingestion.Core;

/// <summary>The limits of what the door admits.</summary>
public static class Limits
{
    /// <summary>Serialized bytes of one action.</summary>
    public const int ActionBytes = 16 * 1024;

    /// <summary>Characters of an id.</summary>
    public const int IdChars = 64;

    /// <summary>Characters of a scanned code.</summary>
    public const int CodeChars = 1024;

    /// <summary>How far the phone's clock may be ahead of the server's: 120 s.</summary>
    public const long AheadUs = 120L * 1_000_000;

    /// <summary>
    /// How far before reception an action may have happened under <see cref="Admission.ClockPolicy.Clamp"/>: 24 h.
    /// </summary>
    public const long BehindUs = 24L * 60 * 60 * 1_000_000;

    /// <summary>The longest that a client over its limit is told to wait: 10 s.</summary>
    public const long LongestWaitUs = 10L * 1_000_000;

    /// <summary>Players of one tenant whose limit is kept in mind: some 15 MB.</summary>
    public const int PlayerBuckets = 100_000;

    /// <summary>The shortest that a client is told to wait when the door is overloaded: 500 ms.</summary>
    public const long ShedWaitUs = 500_000;
}
