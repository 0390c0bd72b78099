using System.Globalization;
using Mesh.ServiceDefaults;

namespace Mesh.Ingestion.Relaying;

/// <summary>How much the door may spill.</summary>
/// <param name="MaxBytes">Bytes of its log, of all instances, above which actions are told to come later.</param>
internal sealed record SpillOptions(long MaxBytes)
{
    private const string Setting = "Mesh__SpillMaxBytes";

    /// <summary>Reads <c>Mesh__SpillMaxBytes</c>; without it the limit is 256 MiB.</summary>
    /// <exception cref="SettingException">It is no number of bytes, or too small to be meant.</exception>
    public static SpillOptions From(IConfiguration configuration) => configuration["Mesh:SpillMaxBytes"] switch
    {
        null or "" => new SpillOptions(Limits.SpillBytes),
        string text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            && bytes >= Limits.LeastSpillBytes => new SpillOptions(bytes),
        string text => throw new SettingException(
            $"Setting {Setting} must be a number of bytes, {Limits.LeastSpillBytes} at least, not '{text}'."),
    };
}
