using Google.Protobuf.WellKnownTypes;
using Mesh.Contracts;
using Mesh.Contracts.Ingestion.V1;
using Mesh.Contracts.Types.V1;

namespace Mesh.Cli.Replay;

/// <summary>A row on its way: enough to make its action, again if need be.</summary>
internal readonly record struct PendingAction(
    long Row, ReplayedPlayer Player, string Venue, long UtcMicros, double Latitude, double Longitude);

/// <summary>
/// Turns rows into requests. One message, filled again for each: a writer has serialized it when it returns.
/// </summary>
internal sealed class ActionMessage
{
    private const int NanosPerMicro = 1000;
    private const long MicrosPerSecond = 1_000_000;

    private readonly string _fileSha256;
    private readonly SubmitStreamRequest _request;
    private readonly Timestamp _time = new();
    private readonly Location _location = new();
    private readonly CheckIn _checkIn = new();

    internal ActionMessage(string game, string fileSha256)
    {
        _fileSha256 = fileSha256;
        _request = new SubmitStreamRequest
        {
            Action = new Mesh.Contracts.Ingestion.V1.Action
            {
                GameId = game, OccurredAt = _time, Location = _location, CheckIn = _checkIn,
            },
        };
    }

    /// <summary>The request for a row; it changes with the next call.</summary>
    internal SubmitStreamRequest Fill(ulong number, in PendingAction row)
    {
        _request.Number = number;
        _request.Action.ActionId = Ids.ReplayedAction(_fileSha256, row.Row, row.Player.Id).ToString("D");
        _request.Action.PlayerId = row.Player.Id;
        long seconds = Math.DivRem(row.UtcMicros, MicrosPerSecond, out long micros);
        _time.Seconds = micros < 0 ? seconds - 1 : seconds;
        _time.Nanos = (int)(micros < 0 ? micros + MicrosPerSecond : micros) * NanosPerMicro;
        _location.Latitude = row.Latitude;
        _location.Longitude = row.Longitude;
        _checkIn.VenueId = row.Venue;
        return _request;
    }
}
