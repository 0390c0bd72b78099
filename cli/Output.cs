using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace Mesh.Cli;

/// <summary>How values are printed.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static string ToJson<T>(T value) => JsonSerializer.Serialize(value, Json);

    /// <summary>ISO 8601, UTC, with as many decimals as there are: <c>2010-10-23T01:09:33Z</c>.</summary>
    internal static string Iso(Timestamp? time) => time is null
        ? ""
        : time.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>The same of microseconds since the epoch.</summary>
    internal static string IsoOfMicros(long micros) =>
        DateTime.UnixEpoch.AddMicroseconds(micros)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
