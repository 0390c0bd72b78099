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
}
