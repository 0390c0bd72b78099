using Mesh.Contracts.Events.V1;

namespace Mesh.Contracts;

/// <summary>
/// FNV-1a, 64 bits, of what a client sent in an action: device, sequence and kind. Left out is what a retry may
/// change (lane, times, versions) and what no stored event may tell of (coordinates).
/// </summary>
public static class ContentHash
{
    private const ulong Basis = 0xcbf29ce484222325;
    private const ulong Prime = 0x100000001b3;

    /// <summary>The hash of an action's contents; the same for every retry.</summary>
    public static ulong Of(ActionAccepted action)
    {
        ulong hash = Add(Basis, action.DeviceId);
        hash = Add(hash, action.Sequence);
        hash = Add(hash, (ulong)action.KindCase);
        return action.KindCase switch
        {
            ActionAccepted.KindOneofCase.CheckIn => Add(hash, action.CheckIn.VenueId),
            ActionAccepted.KindOneofCase.QrScan => Add(hash, action.QrScan.Code),
            ActionAccepted.KindOneofCase.PowerUp => Add(hash, action.PowerUp.PowerUpId),
            ActionAccepted.KindOneofCase.TaskDone => Add(hash, action.TaskDone.TaskId),
            ActionAccepted.KindOneofCase.Answer => Add(Add(hash, action.Answer.QuestionId), action.Answer.Answer_),
            _ => hash,
        };
    }

    private static ulong Add(ulong hash, ulong value)
    {
        for (int i = 0; i < 8; i++, value >>= 8)
        {
            hash = (hash ^ (byte)value) * Prime;
        }

        return hash;
    }

    // The length goes first, so that two fields cannot be told as one.
    private static ulong Add(ulong hash, string text)
    {
        hash = Add(hash, (ulong)text.Length);
        foreach (char c in text)
        {
            hash = (hash ^ c) * Prime;
        }

        return hash;
    }
}
