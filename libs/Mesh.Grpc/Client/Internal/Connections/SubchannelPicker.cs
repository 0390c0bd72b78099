using Grpc.Core;

namespace Grpc.Net.Client.Internal.Connections;

/// <summary>Where calls go for now: to connected subchannels in turn, or nowhere, with or without hope.</summary>
internal sealed class SubchannelPicker
{
    /// <summary>Calls wait until something connects, or fails to.</summary>
    public static readonly SubchannelPicker Waiting = new([], null);

    private readonly Subchannel[] _connected;
    private uint _turn;

    private SubchannelPicker(Subchannel[] connected, Status? failure)
    {
        _connected = connected;
        Failure = failure;

        // Clients that start together do not all begin with the same server.
        _turn = connected.Length > 1 ? (uint)Random.Shared.Next() : 0;
    }

    /// <summary>With what calls fail that do not wait; null when there is hope.</summary>
    public Status? Failure { get; }

    public static SubchannelPicker Connected(Subchannel[] connected) => new(connected, null);

    public static SubchannelPicker Failed(Status failure) => new([], failure);

    public Subchannel? Next() => _connected switch
    {
        [] => null,
        [var only] => only,
        _ => _connected[Interlocked.Increment(ref _turn) % (uint)_connected.Length],
    };
}
